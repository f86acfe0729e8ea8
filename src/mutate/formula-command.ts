// Which program a rewritten container runs: its own command, or else the formula's.

import type { Formula } from '../formula/formula.ts'
import { member, type JsonObject } from '../json.ts'
import { scriptDirectory } from './top-level.ts'

/** The argument vector of the formula's program; `[]` when it names none. */
export function commandOf({ action: { program } }: Formula): readonly string[] {
  switch (program.kind) {
    case 'exec':
      return program.command
    case 'script':
      return [program.interpreter, `${scriptDirectory}/run`]
    case 'echo':
      return []
  }
}

export function hasCommand(container: JsonObject): boolean {
  const command = member(container, 'command')
  return Array.isArray(command) && command.length > 0
}
