// Legacy formulas may be indented by tabs, which YAML forbids: each becomes two spaces.

import type { Located, Range, ReadText, TextReader } from '../located.ts'

/** Reads with `readYaml`; every place of the result is one of the text as the author wrote it. */
export function readTabbedYaml(text: string, readYaml: TextReader): ReadText {
  const lines = [...text.matchAll(/^\t+/gm)].map(({ index, 0: tabs }) => ({
    index,
    tabs: tabs.length,
  }))
  if (lines.length === 0) return readYaml(text)
  const read = readYaml(text.replace(/^\t+/gm, (tabs) => '  '.repeat(tabs.length)))
  const original = originalOffsets(lines)
  return {
    value: read.value && relocate(read.value, original),
    problems: read.problems.map((problem) => ({
      ...problem,
      offset: original(problem.offset),
    })),
  }
}

type Mapping = (offset: number) => number

/** From offsets of the widened text to those of the original. */
function originalOffsets(lines: readonly { index: number; tabs: number }[]): Mapping {
  let added = 0
  const runs = lines.map(({ index, tabs }) => {
    const run = { start: index + added, tabs, added }
    added += tabs
    return run
  })
  return (offset) => {
    const run = runs[lastUpTo(runs, offset)]
    if (run === undefined) return offset
    const inside = offset - run.start
    // Within the run two spaces stand for one tab.
    if (inside < 2 * run.tabs) return run.start - run.added + (inside >> 1)
    return offset - run.added - run.tabs
  }
}

function lastUpTo(runs: readonly { start: number }[], offset: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.start ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}

function relocate(node: Located, original: Mapping): Located {
  const range = relocateRange(node.range, original)
  switch (node.kind) {
    case 'scalar':
      return { ...node, range }
    case 'array':
      return { ...node, range, items: node.items.map((item) => relocate(item, original)) }
    case 'object':
      return {
        ...node,
        range,
        members: node.members.map((member) => ({
          key: member.key,
          keyRange: relocateRange(member.keyRange, original),
          value: relocate(member.value, original),
        })),
      }
  }
}

function relocateRange({ start, end }: Range, original: Mapping): Range {
  return { start: original(start), end: original(end) }
}
