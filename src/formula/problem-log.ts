// Collects everything that is wrong with one document, each with its place in the text.

import type { Problem } from '../errors.ts'
import type { Located } from '../located.ts'
import type { Dialect } from './formula.ts'

/** A value of the document together with what the document calls it. */
export interface Place {
  readonly node: Located
  /** `formula.inputs."/app"`; empty for the document itself. */
  readonly path: string
  /** Where the member begins: its key, or the value itself in a list. */
  readonly offset: number
}

export interface FoundProblem {
  readonly problem: Problem
  readonly offset: number
}

export interface ProblemLog {
  readonly dialect: Dialect
  readonly found: readonly FoundProblem[]
  readonly report: (place: Place, why: string, hints?: readonly string[]) => void
  /** The same for what is wrong with the name of a member: at its key. */
  readonly reportKey: (place: Place, why: string) => void
  /** `file:line:col` of an offset. */
  readonly locate: (offset: number) => string
}

/** @param task what cannot be done because of the problems: completes "cannot …" */
export function createProblemLog(
  dialect: Dialect,
  locate: (offset: number) => string,
  task = `read the ${dialectName[dialect]} formula`,
): ProblemLog {
  const found: FoundProblem[] = []
  const add = (
    { path }: Place,
    offset: number,
    why: string,
    hints?: readonly string[],
  ): void => {
    const subject = path === '' ? 'the document' : path
    const problem: Problem = {
      code: 'formula-invalid',
      task,
      why: `${subject}: ${why}`,
      where: locate(offset),
      ...(hints === undefined ? {} : { hints }),
    }
    found.push({ problem, offset })
  }
  return {
    dialect,
    found,
    locate,
    report: (place, why, hints) => {
      add(place, place.node.range.start, why, hints)
    },
    reportKey: (place, why) => {
      add(place, place.offset, why)
    },
  }
}

/** A text that is broken on every line does not get a book of errors. */
export const maxProblems = 100

export type Problems = readonly [Problem, ...Problem[]]

/** In the order of the text; undefined when nothing was found. */
export function problemsOf(
  found: readonly FoundProblem[],
): { problems: Problems } | undefined {
  const [first, ...others] = found
    .toSorted((a, b) => a.offset - b.offset)
    .slice(0, maxProblems)
    .map(({ problem }) => problem)
  return first && { problems: [first, ...others] }
}

/** What has the wrong form makes no sense either: one problem for one place. */
export function withoutEchoes(
  found: readonly FoundProblem[],
  before: readonly FoundProblem[],
): readonly FoundProblem[] {
  const offsets = new Set(before.map(({ offset }) => offset))
  return found.filter(({ offset }) => !offsets.has(offset))
}

export const dialectName: Readonly<Record<Dialect, string>> = {
  legacy: 'legacy',
  timeless: 'Timeless',
  warpforge: 'Warpforge',
}

/**
 * `placeInText` of one text for many offsets: a formula may have thousands of inputs, each of
 * which records where it stands.
 */
export function placesOfText(file: string, text: string): (offset: number) => string {
  const lineStarts = [0]
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    lineStarts.push(match.index + match[0].length)
  }
  return (offset) => {
    const line = countUpTo(lineStarts, offset)
    return `${file}:${line}:${offset - (lineStarts[line - 1] ?? 0) + 1}`
  }
}

/** How many of the ascending numbers are at most `limit`. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}
