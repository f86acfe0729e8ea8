// One pod spec: a root for each formula container, one fetcher for all of them, and the operations
// that put both in place.

import { quote, type Problem } from '../errors.ts'
import { isObject, member, memberArray, type JsonObject } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { addItems, mergeMember, type Place } from '../patch/patch-builder.ts'
import { childPointer } from '../patch/pointer.ts'
import type { ContainerReference } from './collect-references.ts'
import type { Decision, Note } from './decisions.ts'
import { buildFetcher } from './fetcher.ts'
import type { PodSpecPlace } from './find-pod-specs.ts'
import type { MutateOptions, Outcome } from './mutate.ts'
import { chooseOwnership } from './ownership.ts'
import { podNames } from './pod-names.ts'
import { readPodOverrides, statusAnnotation } from './pod-overrides.ts'
import type { PreparedFormula } from './prepared-formula.ts'
import { planRoot, type Root } from './root.ts'
import { rewriteContainer } from './rewrite-container.ts'
import { sumOfSizes } from './sum-of-sizes.ts'

export interface FormulaContainer {
  readonly container: ContainerReference
  readonly prepared: PreparedFormula
}

interface PlannedContainer extends FormulaContainer {
  readonly root: Root
}

export function mutatePod(
  podSpec: PodSpecPlace,
  containers: readonly FormulaContainer[],
  options: MutateOptions,
): Outcome {
  if (containers.length === 0) return { patch: [], decisions: [], problems: [] }
  const { settings } = options
  const overrides = readPodOverrides(podSpec)
  const names = podNames(podSpec.object)
  const chosen = chooseOwnership(podSpec, containers, overrides, settings)
  const { ownership, owner } = chosen
  const planned = containers.map((each, i): PlannedContainer => {
    const number = names.firstRoot + i
    const request = {
      ...each,
      podSpec: podSpec.object,
      number,
      ownership,
      overrides,
      settings,
    }
    return { ...each, root: planRoot(request) }
  })
  const roots = planned.map((each) => each.root)
  const request = { podSpec, roots, names, overrides, settings, ownership, owner }
  const unpackedBytes = sumOfSizes(containers.map((each) => each.prepared.unpackedBytes))
  const fetcher = buildFetcher({ ...request, unpackedBytes })
  const machine = chooseMachine(podSpec, containers)
  return {
    patch: [
      ...planned.flatMap((each) =>
        rewriteContainer({ ...each, podSpec: podSpec.object }),
      ),
      ...addItems(
        podSpec,
        'initContainers',
        [fetcher.container],
        fetcherIndex(containers),
      ),
      ...addItems(podSpec, 'volumes', [...rootVolumes(roots), ...fetcher.volumes]),
      ...machine.patch,
      ...annotate(podSpec.owner, containers, options),
    ],
    decisions: planned.map((each, i) =>
      decide(each, [...(i === 0 ? overrides.notes : []), ...chosen.notes(i)]),
    ),
    problems: [
      ...overrides.problems,
      ...chosen.problems,
      ...roots.flatMap((root) => root.problems),
      ...fetcher.problems,
      ...machine.problems,
    ],
  }
}

/** Directly before the first that needs it, so that native sidecars ahead are up by then. */
function fetcherIndex(containers: readonly FormulaContainer[]): number | undefined {
  const first = containers.find(({ container }) => container.list === 'initContainers')
  return first?.container.index
}

/** A formula may name the same directory of the node twice. */
function rootVolumes(roots: readonly Root[]): JsonObject[] {
  const hosts = roots.flatMap((root) => root.hostVolumes)
  const distinct = new Map(hosts.map((volume) => [JSON.stringify(volume), volume]))
  return [...roots.map((root) => root.volume), ...distinct.values()]
}

function decide(
  { container, prepared, root }: PlannedContainer,
  podNotes: readonly Note[],
): Decision {
  return {
    kind: 'rewritten',
    pointer: container.pointer,
    container: container.name,
    image: container.image,
    formulaId: prepared.formula.id,
    root: root.volumeName,
    wares: prepared.wares.map((ware) => ware.ware),
    mounts: root.mountedEntries,
    notes: [...root.notes, ...podNotes],
  }
}

/** Without an owner that is an object with the member `spec` there is nowhere to write them. */
function annotate(
  owner: Place | undefined,
  containers: readonly FormulaContainer[],
  options: MutateOptions,
): PatchOperation[] {
  if (owner === undefined) return []
  const annotations: Record<string, string> = {}
  for (const { container, prepared } of containers) {
    const key = `formula.r2k8s.io/${container.name}`
    annotations[key] = `${container.image} ${prepared.formula.id}`
  }
  annotations[statusAnnotation] = JSON.stringify({
    mode: 'copy',
    version: options.version,
  })
  const metadata = member(owner.object, 'metadata')
  if (!isObject(metadata)) return mergeMember(owner, 'metadata', { annotations })
  const place = { pointer: childPointer(owner.pointer, 'metadata'), object: metadata }
  return mergeMember(place, 'annotations', annotations)
}

const architecture = 'kubernetes.io/arch'

/** A program runs on one type of machine; what the pod says of it itself stands. */
function chooseMachine(
  podSpec: PodSpecPlace,
  containers: readonly FormulaContainer[],
): { patch: PatchOperation[]; problems: Problem[] } {
  const found = containers.flatMap(({ prepared }) => prepared.machine ?? [])
  const machines = [...new Set(found)].sort()
  const [machine, other] = machines
  if (machine === undefined) return { patch: [], problems: [] }
  if (other !== undefined) {
    const why = `its formulas are built for ${machines.map(quote).join(' and ')}`
    const { pointer } = podSpec
    return {
      patch: [],
      problems: [
        { code: 'formula-invalid', task: 'place the pod on a node', pointer, why },
      ],
    }
  }
  if (constrainsMachine(podSpec.object)) return { patch: [], problems: [] }
  const patch = mergeMember(podSpec, 'nodeSelector', { [architecture]: machine })
  return { patch, problems: [] }
}

function constrainsMachine(podSpec: JsonObject): boolean {
  const selector = member(member(podSpec, 'nodeSelector'), architecture)
  const required = member(
    member(member(podSpec, 'affinity'), 'nodeAffinity'),
    'requiredDuringSchedulingIgnoredDuringExecution',
  )
  const expressions = memberArray(required, 'nodeSelectorTerms').flatMap((term) =>
    memberArray(term, 'matchExpressions'),
  )
  const named = expressions.some(
    (expression) => member(expression, 'key') === architecture,
  )
  return selector !== undefined || named
}
