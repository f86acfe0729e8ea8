// What a source tree means: aliases followed, merge keys merged in kubectl's order.

import type { JsonValue } from '../json.ts'
import type { TextProblem } from '../located.ts'
import type { SourceMap, SourceMember, SourceNode } from './source.ts'

export interface EffectiveMember {
  readonly member: SourceMember
  /** Comes out of a `<<` and has no text of its own in the map. */
  readonly merged: boolean
}

/** Values behind aliases are shared, not copied: the result is a graph without cycles. */
export function toValue(source: SourceNode): JsonValue {
  return resolve(source, new Map())
}

/**
 * The members of a map with its merge keys carried out. Unlike the YAML merge proposal, kubectl
 * goes from top to bottom, and what comes later wins: a `<<` overrides the members above it.
 */
export function effectiveMembers(map: SourceMap): Map<string, EffectiveMember> {
  const members = new Map<string, EffectiveMember>()
  for (const member of map.members) {
    if (!member.merge) {
      members.set(member.key, { member, merged: false })
      continue
    }
    for (const source of mergeSources(member.value)) {
      for (const [key, inner] of effectiveMembers(source)) {
        members.set(key, { member: inner.member, merged: true })
      }
    }
  }
  return members
}

/** Few bytes of aliases can stand for a value that fills the memory: count before resolving. */
export function checkSize(root: SourceNode, most = usualMost): TextProblem[] {
  if (countNodes(root, new Map()) <= most) return []
  const message = `with its aliases resolved the document has more than ${most} values`
  return [{ message, offset: root.start }]
}

const usualMost = 1_000_000

function countNodes(node: SourceNode, counted: Map<SourceNode, number>): number {
  const known = counted.get(node)
  if (known !== undefined) return known
  const children =
    node.kind === 'map'
      ? node.members
      : node.kind === 'list'
        ? node.items
        : node.kind === 'alias'
          ? [{ value: node.target }]
          : []
  let count = 1
  for (const { value } of children) count += countNodes(value, counted)
  counted.set(node, count)
  return count
}

function resolve(source: SourceNode, resolved: Map<SourceNode, JsonValue>): JsonValue {
  if (source.kind === 'scalar') return source.value
  if (source.kind === 'alias') {
    const known = resolved.get(source.target)
    const value = known ?? resolve(source.target, resolved)
    if (known === undefined) resolved.set(source.target, value)
    return value
  }
  if (source.kind === 'list')
    return source.items.map((item) => resolve(item.value, resolved))
  const object: Record<string, JsonValue> = {}
  if (!source.merges) {
    for (const { key, value } of source.members)
      setMember(object, key, resolve(value, resolved))
    return object
  }
  for (const [key, { member }] of effectiveMembers(source)) {
    setMember(object, key, resolve(member.value, resolved))
  }
  return object
}

/** Plain assignment would take `__proto__` for the prototype. */
export function setMember(
  object: Record<string, JsonValue>,
  key: string,
  value: JsonValue,
): void {
  if (key !== '__proto__') object[key] = value
  else
    Object.defineProperty(object, key, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    })
}

/** Last first, because in a list of sources the earlier ones win. */
export function mergeSources(value: SourceNode): SourceMap[] {
  const node = value.kind === 'alias' ? value.target : value
  if (node.kind === 'map') return [node]
  if (node.kind !== 'list') return []
  return node.items.toReversed().flatMap((item) => mergeSources(item.value))
}
