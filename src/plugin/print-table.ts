// Rows under each other in columns, as kubectl prints them.

import { escapeControls } from '../errors.ts'

/** The last cell of a row is as long as it is. What the cluster says stays on its line. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return printColumns([head, ...rows])
}

/** Without a head. */
export function printColumns(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(escapeControls))
  const widths: number[] = []
  for (const line of lines) {
    line.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length)
    })
  }
  return lines
    .map((line) => line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('   '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}
