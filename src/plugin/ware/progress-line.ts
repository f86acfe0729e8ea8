// One line about a transfer. What a narrow terminal has no room for goes in this order: the bar, the
// name, the rest; how far it is stays.

import { escapeControls } from '../../errors.ts'
import type { TransferEvent } from '../../ware/transfer-event.ts'
import { formatBytes } from './format-bytes.ts'

export type ProgressEvent = Extract<TransferEvent, { kind: 'progress' }>

const mostCells = 24
const fewestCells = 4
const longestName = 24

export function drawProgress(event: ProgressEvent, room: number): string {
  const text = describeProgress(event)
  if (text.length > room) return shorten(event, room)
  const bar = drawBar(event, Math.min(room - text.length - '[] '.length, mostCells))
  return `${bar}${text}`
}

function drawBar({ done, total }: ProgressEvent, cells: number): string {
  if (total === undefined || total === 0 || cells < fewestCells) return ''
  const filled = Math.min(Math.floor((done / total) * cells), cells)
  return `[${'='.repeat(filled)}${' '.repeat(cells - filled)}] `
}

export function describeProgress(event: ProgressEvent): string {
  const { phase } = event
  const ware = escapeControls(event.ware)
  const name = ware.length > longestName ? `${ware.slice(0, longestName - 4)}…` : ware
  return `${phase} ${name} ${amount(event)}`
}

function shorten(event: ProgressEvent, room: number): string {
  const { phase } = event
  const ware = escapeControls(event.ware)
  const left = room - `${phase} … ${amount(event)}`.length
  if (left > 0) return `${phase} ${ware.slice(0, left)}… ${amount(event)}`
  return amount(event).slice(0, Math.max(room, 0))
}

function amount({ done, total }: ProgressEvent): string {
  if (total === undefined || total === 0) return formatBytes(done)
  const percent = Math.min(Math.floor((done / total) * 100), 100)
  return `${percent} % of ${formatBytes(total)}`
}
