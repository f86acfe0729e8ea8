// One admission: the pod's references are looked up, the pod is rewritten or refused with a reason.

import { describeProblem, type Problem } from '../errors.ts'
import { collectReferences, type PodReferences } from '../mutate/collect-references.ts'
import { noteLevel, noteSentence, type Decision } from '../mutate/decisions.ts'
import type { FoundFormula, FormulaSource } from './formula-source.ts'
import { mutateReferences, type MutateOptions } from '../mutate/mutate.ts'
import type { Settings } from '../mutate/settings.ts'
import type { JsonObject } from '../json.ts'
import type { Verdict } from './admission-review.ts'
import { withSpec, type Review } from './read-review.ts'
import { recall } from './recall.ts'
import type { VerdictMemory } from './verdict-memory.ts'

export interface ReviewDeps {
  readonly formulas: FormulaSource
  readonly settings: () => Settings
  readonly version: string
  /** Told of every error that is a bug: the reply says nothing of it. */
  readonly onBug: (error: unknown) => void
  /** How long a formula that is not there yet is waited for, in milliseconds. */
  readonly deadline: number
}

export async function reviewPod(
  review: Review,
  deps: ReviewDeps,
  memory: VerdictMemory,
): Promise<Verdict> {
  const { request } = review
  if (request.operation !== 'CREATE' || request.subResource !== '') return untouched
  if (!isPod(request.object)) return untouched
  const settings = deps.settings()
  if (deps.formulas.isReady()) {
    const { formulas } = deps
    const known = recall(review.remembered, request, { settings, formulas })
    if (known !== undefined) return known
  }
  return await workOut(withSpec(review), deps, memory)
}

async function workOut(
  { request, body, spec }: Review,
  deps: ReviewDeps,
  memory: VerdictMemory,
): Promise<Verdict> {
  const references = collectReferences(request.object, { paths: false })
  if (references.length === 0) return untouched
  if (!deps.formulas.isReady()) return refused(503, 'cluster-unreachable', [notReady])
  const named = namedFormulas(references)
  const lookup = await lookUp(named, request.namespace, deps)
  const settings = deps.settings()
  const options: MutateOptions = { settings, paths: false, version: deps.version }
  const { patch, decisions, problems } = mutateReferences(references, lookup, options)
  const [first] = problems
  if (first === undefined) {
    const verdict = allowed(patch, decisions)
    if (spec !== undefined) {
      const formulas = byName(named, lookup)
      const grounds = { settings, namespace: request.namespace, formulas }
      memory.keep({ request, body, spec }, grounds, verdict)
    }
    return verdict
  }
  const code = first.code === 'formula-not-found' ? 404 : 422
  return refused(code, first.code, problems.map(sentence))
}

/** Nothing else is registered for; of a Pod, `/spec` is all that is rewritten. */
function isPod(object: JsonObject): boolean {
  return object['apiVersion'] === 'v1' && object['kind'] === 'Pod'
}

const untouched: Verdict = {
  allowed: true,
  patch: [],
  warnings: [],
  auditAnnotations: {},
}

const notReady =
  'cannot rewrite the pod: the formulas of the cluster are not read yet, try again'

interface Named {
  readonly image: string
  readonly name: string
}

/** Of the images that name a formula, which one. */
function namedFormulas(references: readonly PodReferences[]): Named[] {
  return references
    .flatMap((pod) => pod.containers)
    .flatMap(({ image, reference }) =>
      reference.kind === 'named' ? [{ image, name: reference.name }] : [],
    )
}

/** What is in the cache is had at once; the rest is waited for together. */
async function lookUp(
  named: readonly Named[],
  namespace: string,
  { formulas, deadline }: ReviewDeps,
): Promise<Map<string, FoundFormula>> {
  const lookup = new Map<string, FoundFormula>()
  const missing: Named[] = []
  for (const one of named) {
    const loaded = formulas.get(namespace, one.name)
    if (loaded === undefined) missing.push(one)
    else lookup.set(one.image, loaded)
  }
  if (missing.length === 0) return lookup
  const signal = AbortSignal.timeout(deadline)
  await Promise.all(
    missing.map(async ({ image, name }) => {
      const loaded = await formulas.waitFor(namespace, name, signal)
      if (loaded !== undefined) lookup.set(image, loaded)
    }),
  )
  return lookup
}

function byName(
  named: readonly Named[],
  lookup: ReadonlyMap<string, FoundFormula>,
): Map<string, FoundFormula> {
  const formulas = new Map<string, FoundFormula>()
  for (const { image, name } of named) {
    const found = lookup.get(image)
    if (found) formulas.set(name, found)
  }
  return formulas
}

function allowed(patch: Verdict['patch'], decisions: readonly Decision[]): Verdict {
  const rewritten = decisions.flatMap((each) => (each.kind === 'rewritten' ? [each] : []))
  const notes = rewritten.flatMap((each) =>
    each.notes
      .filter((note) => noteLevel(note) === 'warning')
      .map((note) => `r2k8s: ${each.container}: ${noteSentence(note)}`),
  )
  return {
    allowed: true,
    patch,
    warnings: [...new Set(notes)],
    auditAnnotations: {
      formula: [...new Set(rewritten.map((each) => each.formulaId))].join(','),
      mode: 'copy',
      'ware-count': String(new Set(rewritten.flatMap((each) => each.wares)).size),
    },
  }
}

/** It ends on somebody's terminal, and in events. */
const longestMessage = 8000

function refused(code: number, reason: string, messages: readonly string[]): Verdict {
  const whole = messages.join('; ')
  const message =
    whole.length > longestMessage ? `${whole.slice(0, longestMessage)}…` : whole
  const status = { code, reason, message }
  return { allowed: false, patch: [], warnings: [], auditAnnotations: {}, status }
}

function sentence(problem: Problem): string {
  const hints = problem.hints?.length ? ` (${problem.hints.join('; ')})` : ''
  return describeProblem(problem) + hints
}
