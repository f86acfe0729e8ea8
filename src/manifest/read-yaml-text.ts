import type { Located, LocatedMember, ReadText } from '../located.ts'
import { readYamlSource } from './read-yaml-source.ts'
import { effectiveMembers } from './resolve-source.ts'
import type { SourceMap, SourceNode } from './source.ts'

/**
 * A `TextReader` for YAML with one document: aliases followed, merge keys carried out. A text
 * without any document has no value and no problem.
 */
export function readYamlText(text: string): ReadText {
  const reading = {
    keepRepeatedKeys: true,
    maxValues: mostValues,
    maxLexemes: mostLexemes,
  }
  const { root, problems } = readYamlSource(text, reading)
  const value = root === undefined ? undefined : toLocated(root, new Map())
  return { value, problems }
}

/** With aliases resolved. Texts of formulas have a quarter of a megabyte: more is meant to do harm. */
const mostValues = 200_000
const mostLexemes = 60_000

/** What aliases stand for is shared, not copied: few bytes could fill the memory. */
function toLocated(node: SourceNode, known: Map<SourceNode, Located>): Located {
  const made = known.get(node) ?? makeLocated(node, known)
  known.set(node, made)
  return made
}

function makeLocated(node: SourceNode, known: Map<SourceNode, Located>): Located {
  switch (node.kind) {
    case 'alias':
      return toLocated(node.target, known)
    case 'scalar':
      return { kind: 'scalar', value: node.value, text: node.text, range: rangeOf(node) }
    case 'list':
      return {
        kind: 'array',
        items: node.items.map((item) => toLocated(item.value, known)),
        range: rangeOf(node),
      }
    case 'map':
      return { kind: 'object', members: membersOf(node, known), range: rangeOf(node) }
  }
}

function membersOf(map: SourceMap, known: Map<SourceNode, Located>): LocatedMember[] {
  const members = map.merges
    ? [...effectiveMembers(map)].map(([key, { member }]) => ({ ...member, key }))
    : map.members
  return members.map(({ key, keyStart, keyEnd, value }) => ({
    key,
    keyRange: { start: keyStart, end: keyEnd },
    value: toLocated(value, known),
  }))
}

function rangeOf({ bodyStart, end }: SourceNode): { start: number; end: number } {
  return { start: bodyStart, end }
}
