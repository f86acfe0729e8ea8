// Keys that a document writes twice: an error in most dialects, merged in Timeless.

import { quote } from '../errors.ts'
import type { Located, LocatedMember, TextProblem } from '../located.ts'

/** One problem for each repetition; `locate` says where the key stood first. */
export function findRepeatedKeys(
  node: Located,
  locate: (offset: number) => string,
): TextProblem[] {
  if (node.kind === 'scalar') return []
  if (node.kind === 'array')
    return node.items.flatMap((item) => findRepeatedKeys(item, locate))
  const first = new Map<string, number>()
  return node.members.flatMap(({ key, keyRange, value }) => {
    const inside = findRepeatedKeys(value, locate)
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, keyRange.start)
      return inside
    }
    const message = `the key ${quote(key)} is written twice, first at ${locate(before)}`
    return [{ message, offset: keyRange.start }, ...inside]
  })
}

/** Maps under the same key become one; of anything else the last one counts. */
export function mergeRepeatedKeys(node: Located): Located {
  if (node.kind === 'scalar') return node
  if (node.kind === 'array') return { ...node, items: node.items.map(mergeRepeatedKeys) }
  const byKey = new Map<string, LocatedMember[]>()
  for (const member of node.members) {
    const same = byKey.get(member.key)
    if (same === undefined) byKey.set(member.key, [member])
    else same.push(member)
  }
  return { ...node, members: [...byKey.values()].flatMap(mergeMembers) }
}

/** All have the same key; gives one of them. */
function mergeMembers(same: readonly LocatedMember[]): LocatedMember[] {
  const last = same.at(-1)
  if (last === undefined) return []
  const { value } = last
  if (value.kind !== 'object') return [{ ...last, value: mergeRepeatedKeys(value) }]
  // Only the maps behind the last value of another kind: that one replaced what was before.
  const start = same.findLastIndex((member) => member.value.kind !== 'object') + 1
  const members = same
    .slice(start)
    .flatMap((member) => (member.value.kind === 'object' ? member.value.members : []))
  return [{ ...last, value: mergeRepeatedKeys({ ...value, members }) }]
}
