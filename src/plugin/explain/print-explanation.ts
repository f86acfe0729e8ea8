// Fields under each other, as kubectl prints them: what the cluster or a file says stays on its line.

import { escapeControls } from '../../errors.ts'
import { describe } from './describe.ts'
import type { Field, Group } from './describe-parts.ts'
import type { Explanation } from './model.ts'

export function printExplanation(explanation: Explanation): string {
  return printItems(describe(explanation).items, '')
    .map((line) => `${line.trimEnd()}\n`)
    .join('')
}

function printItems(items: Group['items'], indent: string): string[] {
  const labels = items.flatMap((item) => ('values' in item ? [item.label.length] : []))
  const width = Math.max(0, ...labels) + 1
  return items.flatMap((item) =>
    'values' in item
      ? printField(item, indent, width)
      : [
          `${indent}${escapeControls(item.label)}:`,
          ...printItems(item.items, `${indent}  `),
        ],
  )
}

function printField({ label, values }: Field, indent: string, width: number): string[] {
  return values.map((value, i) => {
    const head = i === 0 && label !== '' ? `${label}:` : ''
    return `${indent}${head.padEnd(width)}  ${escapeControls(value)}`
  })
}
