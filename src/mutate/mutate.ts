// The one rewriter: an object with formula references, the formulas and the settings go in; the
// JSON Patch that makes its pods run on them comes out. Pure and total.

import { quote, type Problem } from '../errors.ts'
import { member, memberArray, memberString, type JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { childPointer } from '../patch/pointer.ts'
import { collectReferences, type PodReferences } from './collect-references.ts'
import type { ContainerReference } from './collect-references.ts'
import type { Decision } from './decisions.ts'
import { containerLists } from './find-pod-specs.ts'
import { isLabel } from './kubernetes-names.ts'
import type { FormulaLookup, PreparedFormula } from './prepared-formula.ts'
import { mutatePod, type FormulaContainer } from './mutate-pod.ts'
import type { Settings } from './settings.ts'

export interface MutateOptions {
  readonly settings: Settings
  /** Whether `./x.formula` is a reference: see {@link collectReferences}. */
  readonly paths: boolean
  /** Version of the program, for the annotation `r2k8s.io/status`. */
  readonly version: string
}

export interface Outcome {
  /** Empty when the object has no reference, and when there is any problem. */
  readonly patch: readonly PatchOperation[]
  readonly decisions: readonly Decision[]
  /** Each with a JSON pointer into the object, or with its place in a formula. */
  readonly problems: readonly Problem[]
}

/** The object is not changed. The same input gives the same operations in the same order. */
export function mutate(
  object: JsonValue,
  formulas: FormulaLookup,
  options: MutateOptions,
): Outcome {
  return mutateReferences(collectReferences(object, options), formulas, options)
}

/** The same for references that a shell has collected already. */
export function mutateReferences(
  references: readonly PodReferences[],
  formulas: FormulaLookup,
  options: MutateOptions,
): Outcome {
  const pods = references.map((pod) => {
    const found = pod.containers.map((container) => lookUp(container, formulas))
    const ready = found.flatMap((each) => ('prepared' in each ? [each] : []))
    const missing = found.flatMap((each) => ('problem' in each ? [each.problem] : []))
    const windows = pod.containers.length > 0 ? windowsProblem(pod) : []
    const blocked = [...windows, ...missing]
    const { patch, decisions, problems } = mutatePod(pod.podSpec, ready, options)
    return {
      patch,
      decisions: [...decisions, ...skipped(pod)],
      problems: [...blocked, ...problems],
    }
  })
  const problems = pods.flatMap((pod) => pod.problems)
  return {
    patch: problems.length > 0 ? [] : pods.flatMap((pod) => pod.patch),
    decisions: pods.flatMap((pod) => pod.decisions),
    problems,
  }
}

function lookUp(
  container: ContainerReference,
  formulas: FormulaLookup,
): FormulaContainer | { readonly problem: Problem } {
  const { reference, image } = container
  const refuse = (code: Problem['code'], why: string, hints: readonly string[]) => {
    const task = `rewrite container ${quote(container.name)}`
    return {
      problem: {
        code,
        task,
        pointer: childPointer(container.pointer, 'image'),
        why,
        hints,
      },
    }
  }
  if (container.list === 'ephemeralContainers') {
    const why = 'an ephemeral container can have no root of its own'
    return refuse('manifest-invalid', why, ['run the formula in a pod of its own'])
  }
  const why = whyNoName(container)
  if (why !== undefined)
    return refuse('manifest-invalid', why, ['give it a name of its own'])
  if (reference.kind === 'malformed') {
    const problem = `${quote(image)} is no formula reference: ${reference.why}`
    return refuse('manifest-invalid', problem, [reference.hint])
  }
  const found = formulas.get(image)
  if (found === undefined) {
    const missing = `there is no formula ${quote(image)}`
    return refuse('formula-not-found', missing, [whereToGet(container)])
  }
  if ('unusable' in found) {
    const { code, why: reason, hints } = found.unusable
    return refuse(code, reason, hints ?? [])
  }
  if (reference.kind === 'named' && pinsAnother(reference.formulaId, found)) {
    const other = `${quote(image)} pins an ID, but the formula's is ${found.formula.id}`
    return refuse('formula-invalid', other, [
      'pin that ID, or push the formula that was meant',
    ])
  }
  return { container, prepared: found }
}

/** The name becomes part of an annotation: a bad one would be told of that. */
function whyNoName({
  name,
  object,
  list,
  index,
  podSpec,
}: ContainerReference): string | undefined {
  if (member(object, 'name') === undefined) return 'it has no name'
  if (!isLabel(name)) return 'its name is no DNS label of at most 63 characters'
  const same = containerLists.some((other) =>
    memberArray(podSpec, other).some(
      (each, i) => memberString(each, 'name') === name && (other !== list || i !== index),
    ),
  )
  return same ? 'another container of the pod has the same name' : undefined
}

function pinsAnother(formulaId: string | undefined, prepared: PreparedFormula): boolean {
  return formulaId !== undefined && formulaId !== prepared.formula.id
}

function whereToGet({ reference }: ContainerReference): string {
  return reference.kind === 'path'
    ? 'the path is relative to the manifest'
    : 'a Formula object of that name must stand in the namespace of the pod'
}

function windowsProblem({ podSpec }: PodReferences): Problem[] {
  const os = memberString(member(podSpec.object, 'os'), 'name')
  const selected = memberString(
    member(podSpec.object, 'nodeSelector'),
    'kubernetes.io/os',
  )
  if (os !== 'windows' && selected !== 'windows') return []
  return [
    {
      code: 'manifest-invalid',
      task: 'rewrite the pod',
      pointer: podSpec.pointer,
      why: 'it is for Windows, and formulas run on Linux',
    },
  ]
}

/** The other containers of a pod that has formulas: the report says that they were seen. */
function skipped({ podSpec, containers, nearly }: PodReferences): Decision[] {
  return containerLists.flatMap((list) =>
    memberArray(podSpec.object, list).flatMap((container, index): Decision[] => {
      const pointer = childPointer(childPointer(podSpec.pointer, list), index)
      if (containers.some((other) => other.pointer === pointer)) return []
      const isNear = nearly.some((other) => other.pointer === pointer)
      return [
        {
          kind: 'skipped',
          pointer,
          container: memberString(container, 'name') ?? '',
          image: memberString(container, 'image') ?? '',
          reason: isNear ? 'nearly-a-reference' : 'no-formula',
        },
      ]
    }),
  )
}
