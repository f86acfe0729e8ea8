// Which command a command line means, read by hand: for when it is what is wrong, or asks for help.

import type { Command } from 'commander'

/** As far as the command line names subcommands; options of all commands may stand in between. */
export function calledCommand(argv: readonly string[], program: Command): Command {
  let called = program
  let isValue = false
  for (const arg of argv) {
    if (isValue || arg.startsWith('-')) {
      if (arg === '--') break
      isValue = !isValue && takesNextWord(arg, program)
      continue
    }
    const next = subcommand(called, arg)
    if (next === undefined) break
    called = next
  }
  return called
}

function takesNextWord(arg: string, program: Command): boolean {
  return program.options.some((option) => option.long === arg && option.required)
}

/** With the names of those it belongs to. */
export function fullName(command: Command): string {
  const { parent } = command
  return parent === null ? command.name() : `${fullName(parent)} ${command.name()}`
}

/**
 * `help ware pack` and `ware help pack` as `ware pack -h`. What follows a command is dropped, lest
 * asking for help carry it out; a word that should be one and is not is left for the parser to tell.
 */
export function withHelpLast(
  argv: readonly string[],
  program: Command,
): readonly string[] {
  const [first = '', second] = argv
  const group = subcommand(program, first)
  if (first === 'help') return helpOf(argv.slice(1), program)
  if (second !== 'help' || group === undefined || group.commands.length === 0) return argv
  return [first, ...helpOf(argv.slice(2), group)]
}

function helpOf(words: readonly string[], command: Command): string[] {
  const [word, ...rest] = words
  if (word === undefined || word.startsWith('-') || command.commands.length === 0) {
    return ['-h']
  }
  const next = subcommand(command, word)
  return next === undefined ? [word] : [word, ...helpOf(rest, next)]
}

function subcommand({ commands }: Command, name: string): Command | undefined {
  return commands.find((each) => each.name() === name)
}
