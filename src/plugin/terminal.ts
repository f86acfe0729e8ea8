// Words for people: everything that goes to stderr, in colour where that is wanted.

import { styleText } from 'node:util'
import { escapeControls } from '../errors.ts'
import type { Io } from './io.ts'

export type ColorChoice = 'auto' | 'always' | 'never'
export type Paint = 'red' | 'yellow' | 'cyan' | 'bold'

export interface Terminal {
  /** One line; whatever the input put into it, it stays one. The label may have a colour. */
  readonly say: (line: string, label?: Label) => void
}

export interface Label {
  readonly text: string
  readonly color: Paint
}

/** `auto` follows NO_COLOR, CLICOLOR_FORCE, and whether stderr is a terminal, in this order. */
export function openTerminal(io: Io, choice: ColorChoice): Terminal {
  let known: boolean | undefined
  const colored = (): boolean =>
    (known ??= choice === 'auto' ? wantsColor(io) : choice === 'always')
  const paint = ({ text, color }: Label): string =>
    colored() ? styleText(color, text, { validateStream: false }) : text
  return {
    say: (line, label) => {
      const head = label === undefined ? '' : `${paint(label)} `
      io.writeStderr(`${head}${escapeControls(line)}\n`)
    },
  }
}

/** As `auto` decides. */
export function wantsColor({ env, stderrIsTerminal }: Io): boolean {
  if (env['NO_COLOR']) return false
  if (env['CLICOLOR_FORCE'] && env['CLICOLOR_FORCE'] !== '0') return true
  return env['TERM'] !== 'dumb' && stderrIsTerminal()
}
