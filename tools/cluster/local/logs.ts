// What the programs of the cluster say, a file each.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onMachine, type Layout } from './layout.ts'

export const logFolder = (layout: Layout) => onMachine(layout, 'logs')

export function logOf(layout: Layout, name: string): string {
  return join(logFolder(layout), `${name}.log`)
}

/** Of a program that should still run: with the end of its log, where the reason mostly stands. */
export function hasEnded(layout: Layout, name: string): Error {
  const lines = readFileSync(logOf(layout, name), 'utf8').trimEnd().split('\n')
  return new Error([`${name} has ended:`, ...lines.slice(-5)].join('\n'))
}
