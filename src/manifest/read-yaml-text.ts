import type { Located, LocatedMember, ReadText } from '../located.ts'
import { readYamlSource } from './read-yaml-source.ts'
import { effectiveMembers } from './resolve-source.ts'
import type { SourceMap, SourceNode } from './source.ts'

/**
 * A `TextReader` for YAML with one document: aliases followed, merge keys carried out. A text
 * without any document has no value and no problem.
 */
export function readYamlText(text: string): ReadText {
  const { root, problems } = readYamlSource(text, { keepRepeatedKeys: true })
  return { value: root === undefined ? undefined : toLocated(root), problems }
}

function toLocated(node: SourceNode): Located {
  switch (node.kind) {
    case 'alias':
      return toLocated(node.target)
    case 'scalar':
      return { kind: 'scalar', value: node.value, text: node.text, range: rangeOf(node) }
    case 'list':
      return {
        kind: 'array',
        items: node.items.map((item) => toLocated(item.value)),
        range: rangeOf(node),
      }
    case 'map':
      return { kind: 'object', members: membersOf(node), range: rangeOf(node) }
  }
}

function membersOf(map: SourceMap): LocatedMember[] {
  const members = map.merges
    ? [...effectiveMembers(map)].map(([key, { member }]) => ({ ...member, key }))
    : map.members
  return members.map(({ key, keyStart, keyEnd, value }) => ({
    key,
    keyRange: { start: keyStart, end: keyEnd },
    value: toLocated(value),
  }))
}

function rangeOf({ bodyStart, end }: SourceNode): { start: number; end: number } {
  return { start: bodyStart, end }
}
