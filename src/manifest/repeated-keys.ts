import { quote } from '../errors.ts'
import { lineAndColumn, type TextProblem } from '../located.ts'
import type { SourceMember } from './source.ts'

/** A problem with both places for each key that a map has had before. */
export function findRepeatedKeys(
  text: string,
  members: readonly SourceMember[],
): TextProblem[] {
  const problems: TextProblem[] = []
  const first = new Map<string, number>()
  for (const { key, keyStart, merge } of members) {
    if (merge) continue
    const earlier = first.get(key)
    if (earlier === undefined) {
      first.set(key, keyStart)
      continue
    }
    const { line, column } = lineAndColumn(text, earlier)
    const place = `line ${line}, column ${column}`
    const message = `the key ${quote(key)} stands here again, after ${place}`
    problems.push({ message, offset: keyStart })
  }
  return problems
}
