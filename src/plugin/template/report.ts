// What was decided, for people as a table, for programs as JSON lines.

import { noteLevel, noteSentence, skipReasons } from '../../mutate/decisions.ts'
import type { PlacedDecision } from '../manifests/warnings.ts'
import type { Terminal } from '../terminal.ts'

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
