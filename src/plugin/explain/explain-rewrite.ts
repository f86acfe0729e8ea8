// What was done to a pod, from the pod itself: annotations, the orders of its fetchers, its containers.
// The template of a workload that was rewritten on this machine is read in the same way.

import { isObject, isString, member, memberString, type JsonObject } from '../../json.ts'
import type { ContainerFacts } from './container-facts.ts'
import { ownerOf } from './container-notes.ts'
import { explainContainer, type Original } from './explain-container.ts'
import { explainFetcher } from './explain-fetchers.ts'
import type { FormulaReadings, PreparedLookup } from './formula-facts.ts'
import type { FormulaContainer, LeftAlone, Rewrite } from './model.ts'
import { explainMachine } from './explain-machine.ts'
import { explainOwnership } from './explain-ownership.ts'
import { readOrders, type FetchOrder } from './read-orders.ts'

export interface RewriteFacts {
  /** Or a pod template: `metadata` and `spec`. */
  readonly pod: JsonObject
  readonly containers: readonly ContainerFacts[]
  /** Absent of files: there the formula is what it was a moment ago. */
  readonly formulas?: FormulaReadings
  /** The formula of a reference as it was prepared for this pod, when it is known. */
  readonly prepared: PreparedLookup
  /** Lines of the logs of fetchers, by name of the container. */
  readonly logs?: ReadonlyMap<string, readonly string[]>
}

const annotationOfContainer = 'formula.r2k8s.io/'
const annotationOfStatus = 'r2k8s.io/status'
const annotationOfSecret = 'r2k8s.io/warehouse-secret'

/** Undefined for a pod that was left as it was. */
export function explainRewrite(facts: RewriteFacts): Rewrite | undefined {
  const { pod, containers, formulas, prepared, logs } = facts
  const orders = readOrders(pod)
  if (orders.length === 0) return undefined
  const annotations = annotationsOf(pod)
  const { version, mode } = readStatus(annotations)
  const warehouseSecret = memberString(annotations, annotationOfSecret)
  const named = (name: string) => containers.find((each) => each.name === name)
  const explained = orders.flatMap((order) => {
    const owner = ownerOf(named(order.fetcher)?.spec)
    return order.roots.flatMap((root) => {
      const container = named(root.container)
      if (container === undefined) return []
      const original = readOriginal(annotations, root.container, root.formulaId)
      return [
        explainContainer(container, original, root, { mode, formulas, prepared, owner }),
      ]
    })
  })
  return {
    ...(version !== undefined && { version }),
    mode,
    ...explainMachine(pod, builtFor(explained, prepared)),
    ...explainOwnership(annotations, orders, containers),
    ...(warehouseSecret !== undefined && { warehouseSecret }),
    containers: explained,
    fetchers: orders.map((order) =>
      explainFetcher(
        order,
        named(order.fetcher),
        logs && (logs.get(order.fetcher) ?? []),
      ),
    ),
  }
}

function builtFor(
  containers: readonly FormulaContainer[],
  prepared: PreparedLookup,
): string[] {
  return containers.flatMap(
    ({ reference, formulaId }) => prepared(reference, formulaId)?.machine ?? [],
  )
}

/** Neither a formula's nor a fetcher. */
export function leftAlone(
  containers: readonly ContainerFacts[],
  orders: readonly FetchOrder[],
): LeftAlone[] {
  const ours = new Set(
    orders.flatMap(({ fetcher, roots }) => [
      fetcher,
      ...roots.map((root) => root.container),
    ]),
  )
  return containers
    .filter(({ name }) => !ours.has(name))
    .map(({ name, image }) => ({ name, image }))
}

export function annotationsOf(pod: JsonObject): JsonObject {
  const annotations = member(pod['metadata'], 'annotations')
  return isObject(annotations) ? annotations : {}
}

/** Pod specs without metadata of their own have nowhere to write annotations. */
export function readOriginal(
  annotations: JsonObject,
  container: string,
  formulaId: string,
): Original {
  const written = memberString(annotations, annotationOfContainer + container) ?? ''
  const space = written.lastIndexOf(' ')
  return space < 0
    ? { reference: '', formulaId }
    : { reference: written.slice(0, space), formulaId }
}

function readStatus(annotations: JsonObject) {
  const told = parse(memberString(annotations, annotationOfStatus) ?? '')
  return {
    version: memberString(told, 'version'),
    mode: memberString(told, 'mode') ?? 'copy',
  }
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined // somebody else's hand
  }
}

/** Which Formula objects the references of a pod name, for whoever reads them. */
export function referencesOf(pod: JsonObject): string[] {
  return Object.entries(annotationsOf(pod)).flatMap(([name, value]) =>
    name.startsWith(annotationOfContainer) && isString(value)
      ? [value.slice(0, Math.max(0, value.lastIndexOf(' ')))]
      : [],
  )
}
