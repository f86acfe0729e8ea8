// What was decided, for people as a table, for programs as JSON lines.

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

export function printTable(placed: readonly PlacedDecision[], terminal: Terminal): void {
  const rows = placed.map(({ where, decision }) =>
    decision.kind === 'rewritten'
      ? [where(), decision.container, 'rewritten', decision.image, decision.formulaId]
      : [
          where(),
          decision.container,
          'left alone',
          decision.image,
          skipReasons[decision.reason],
        ],
  )
  const head = ['PLACE', 'CONTAINER', 'DECISION', 'IMAGE', 'FORMULA ID OR REASON']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
  terminal.say(line(head))
  placed.forEach(({ decision }, i) => {
    terminal.say(line(rows[i] ?? []))
    if (decision.kind !== 'rewritten') return
    terminal.say(`  wares: ${decision.wares.join(', ')}`)
    terminal.say(`  mounts: ${decision.mounts.join(' ')}`)
    for (const note of decision.notes) {
      terminal.say(`  ${noteLevel(note)}: ${noteSentence(note)}`)
    }
  })
}

export function printJsonLines(
  placed: readonly PlacedDecision[],
  terminal: Terminal,
): void {
  for (const { where, decision } of placed) {
    const printed =
      decision.kind === 'rewritten'
        ? {
            ...decision,
            notes: decision.notes.map((note) => ({
              code: note.code,
              level: noteLevel(note),
              message: noteSentence(note),
            })),
          }
        : decision
    terminal.say(JSON.stringify({ where: where(), ...printed }))
  }
}
