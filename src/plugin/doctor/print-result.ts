// One result of a check: a line and its hints for people, an object for programs.

import { escapeControls } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'
import type { Result } from './run-checks.ts'

const statusWidth = 'warning'.length
const checkWidth = 'registration'.length
const indent = ' '.repeat(statusWidth + checkWidth + 4)

export function printResult({ check, finding }: Result): string {
  const { status, text, hints } = finding
  const head = `${status.padEnd(statusWidth)}  ${check.padEnd(checkWidth)}  `
  const lines = [head + text, ...hints.map((hint) => `${indent}hint: ${hint}`)]
  // What the cluster says stays on its line.
  return lines.map((line) => `${escapeControls(line)}\n`).join('')
}

export function resultValue({ check, finding }: Result): JsonObject {
  const { status, text, hints } = finding
  return {
    check,
    status,
    finding: text,
    ...(finding.status === 'failed' && { code: finding.code }),
    ...(hints.length > 0 && { hints }),
  }
}
