// What was decided and noted, each with its place in a manifest; and the warnings among it.

import {
  noteLevel,
  noteSentence,
  skipReasons,
  type Decision,
} from '../../mutate/decisions.ts'
import type { Terminal } from '../terminal.ts'
import type { Place } from './parse-manifest.ts'

export interface PlacedDecision {
  /** `file:line:col` of the container: worked out when it is printed. */
  readonly where: Place
  readonly decision: Decision
}

/** One warning for all containers it concerns, where the first of them stands. */
export interface PlacedNote {
  readonly where: Place
  readonly text: string
}

export function printWarnings(
  placed: readonly PlacedDecision[],
  others: readonly PlacedNote[],
  terminal: Terminal,
): void {
  const places = new Map<string, Place[]>()
  const warn = (sentence: string, where: Place): void => {
    const known = places.get(sentence)
    if (known === undefined) places.set(sentence, [where])
    else known.push(where)
  }
  for (const { where, decision } of placed) {
    if (decision.kind === 'skipped') {
      if (decision.reason === 'nearly-a-reference')
        warn(skipReasons[decision.reason], where)
      continue
    }
    for (const note of decision.notes) {
      if (noteLevel(note) === 'warning') warn(noteSentence(note), where)
    }
  }
  for (const { where, text } of others) warn(text, where)
  for (const [sentence, concerned] of places) {
    const first = concerned[0]?.() ?? ''
    const also = concerned.length === 1 ? '' : ` (and ${concerned.length - 1} more)`
    terminal.say(`${first}${also}: ${sentence}`, { text: 'warning:', color: 'yellow' })
  }
}
