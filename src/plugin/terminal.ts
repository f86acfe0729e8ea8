// Words for people: everything that goes to stderr, in colour where that is wanted.

import { styleText } from 'node:util'
import type { Io } from './io.ts'

export type ColorChoice = 'auto' | 'always' | 'never'
export type Paint = 'red' | 'yellow' | 'cyan' | 'bold'

export interface Terminal {
  readonly write: (text: string) => void
  readonly paint: (color: Paint, text: string) => string
}

/** `auto` follows NO_COLOR, CLICOLOR_FORCE, and whether stderr is a terminal, in this order. */
export function openTerminal(io: Io, choice: ColorChoice): Terminal {
  let known: boolean | undefined
  const colored = (): boolean =>
    (known ??= choice === 'auto' ? wantsColor(io) : choice === 'always')
  return {
    write: io.writeStderr,
    paint: (color, text) =>
      colored() ? styleText(color, text, { validateStream: false }) : text,
  }
}

function wantsColor({ env, stderrIsTerminal }: Io): boolean {
  if (env['NO_COLOR']) return false
  if (env['CLICOLOR_FORCE'] && env['CLICOLOR_FORCE'] !== '0') return true
  return env['TERM'] !== 'dumb' && stderrIsTerminal()
}
