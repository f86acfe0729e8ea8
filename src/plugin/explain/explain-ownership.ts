// Whose the files of the roots are, and who decided that, as far as the pod shows it.

import { memberString, type JsonObject } from '../../json.ts'
import type { ContainerFacts } from './container-facts.ts'
import { ownerOf } from './container-notes.ts'
import type { Rewrite } from './model.ts'
import type { FetchOrder } from './read-orders.ts'

export function explainOwnership(
  annotations: JsonObject,
  orders: readonly FetchOrder[],
  containers: readonly ContainerFacts[],
): Pick<Rewrite, 'ownership'> {
  const roots = orders.flatMap((order) => order.roots)
  const [first] = roots
  if (first === undefined) return {}
  const { ownership: kind } = first
  const asRoot = roots.some(({ user }) => user.uid === 0)
  const why = whyChosen(kind, asRoot, annotations)
  if (kind === 'keep') return { ownership: { kind, why } }
  const fetcher = containers.find(({ name }) => name === orders[0]?.fetcher)
  const user = ownerOf(fetcher?.spec)
  return { ownership: { kind, ...(user !== undefined && { user }), why } }
}

/** `auto` keeps where a formula runs as root; what differs from that somebody wanted. */
function whyChosen(
  kind: 'keep' | 'flatten',
  asRoot: boolean,
  annotations: JsonObject,
): string {
  if (memberString(annotations, 'r2k8s.io/ownership') === kind) {
    return 'the annotation r2k8s.io/ownership says so'
  }
  if (memberString(annotations, 'r2k8s.io/fetch-run-as-user') !== undefined) {
    return 'the annotation r2k8s.io/fetch-run-as-user names the user'
  }
  if ((kind === 'keep') !== asRoot) return 'the settings say so'
  return asRoot
    ? 'a formula of the pod runs as root'
    : 'no formula of the pod runs as root'
}
