// JSON text to source trees. kubectl takes several values behind each other in one text, so each
// comes with the offset where it ends.

import { readJsonText } from '../json-text.ts'
import type { Located, TextProblem } from '../located.ts'
import { findRepeatedKeys } from './repeated-keys.ts'
import type { SourceItem, SourceMap, SourceMember, SourceNode } from './source.ts'

export interface JsonSource {
  readonly root: SourceNode
  readonly problems: readonly TextProblem[]
  /** Where the part of this value, with the white space around it, starts in the whole text. */
  readonly start: number
  /** All offsets in `root` and `problems` count from the start of this part. */
  readonly text: string
}

/** `undefined` when the text is not JSON: it may still be YAML in flow style. */
export function readJsonSources(text: string): readonly JsonSource[] | undefined {
  const sources: JsonSource[] = []
  for (let start = 0; start < text.length;) {
    const { value } = readJsonText(text.slice(start), { ignoreRest: true, maxDepth: 200 })
    if (value?.kind !== 'object') return undefined
    const end = skipSpace(text, start + value.range.end)
    const reading: Reading = { text: text.slice(start, end), problems: [] }
    const root = toSource(reading, value)
    sources.push({ root, problems: reading.problems, start, text: reading.text })
    start = end
  }
  return sources.length === 0 ? undefined : sources
}

function skipSpace(text: string, offset: number): number {
  const pattern = /[^ \t\r\n]/g
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex - 1 : text.length
}

interface Reading {
  readonly text: string
  readonly problems: TextProblem[]
}

function toSource(reading: Reading, located: Located): SourceNode {
  const { start, end } = located.range
  const base = { start, end, bodyStart: start, anchor: undefined }
  if (located.kind === 'scalar') {
    const { value, text } = located
    return { kind: 'scalar', value, text, block: false, ...base }
  }
  if (located.kind === 'array') {
    const items = located.items.map((item) => toItem(reading, item))
    return { kind: 'list', style: 'flow', items, ...base }
  }
  return { ...toMap(reading, located), ...base }
}

function toMap(
  reading: Reading,
  located: Extract<Located, { kind: 'object' }>,
): Omit<SourceMap, 'start' | 'end' | 'bodyStart' | 'anchor'> {
  const members = located.members.map(({ key, keyRange, value }): SourceMember => {
    const { start: keyStart, end: keyEnd } = keyRange
    const item = toItem(reading, value)
    const slot = reading.text.indexOf(':', keyEnd) + 1
    return {
      ...item,
      key,
      merge: false,
      explicit: false,
      start: keyStart,
      keyStart,
      keyEnd,
      slot,
    }
  })
  for (const problem of findRepeatedKeys(reading.text, members))
    reading.problems.push(problem)
  return { kind: 'map', style: 'flow', members, merges: false }
}

function toItem(reading: Reading, located: Located): SourceItem {
  const value = toSource(reading, located)
  const next = skipSpace(reading.text, value.end)
  return {
    start: value.start,
    slot: undefined,
    value,
    comma: reading.text[next] === ',' ? next : undefined,
  }
}
