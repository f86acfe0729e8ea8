// From the command line to an exit code: parse it, carry the command out, put failures in words.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommanderError } from 'commander'
import { exitCodes, R2k8sError, type Problem } from '../errors.ts'
import { buildProgram } from './program.ts'
import type { Io } from './io.ts'
import { printProblems } from './print-problems.ts'
import { openTerminal, type ColorChoice } from './terminal.ts'

/** `argv` without the program's own name. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = withOldCall(argv, io).map(withReportForm)
  try {
    await buildProgram(io).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    // Called without a subcommand: the help has been printed.
    if (error instanceof CommanderError && error.code === 'commander.help') {
      return exitCodes.usage
    }
    const terminal = openTerminal(io, colorChoice(args))
    if (error instanceof CommanderError) {
      printProblems([usageProblem(error, args)], terminal)
      return exitCodes.usage
    }
    if (error instanceof R2k8sError) {
      printProblems(error.problems, terminal)
      return exitCodes[error.code]
    }
    printProblems([crashProblem(error)], terminal)
    if (io.env['R2K8S_DEBUG'] && error instanceof Error)
      io.writeStderr(`${error.stack ?? ''}\n`)
    return exitCodes.crash
  }
}

/** The original's only call: `r2k8s in.yaml > out.yaml`. */
function withOldCall(argv: readonly string[], io: Io): readonly string[] {
  const [first] = argv
  if (first === undefined || first.startsWith('-')) return argv
  const isFile =
    statSync(resolve(io.cwd, first), { throwIfNoEntry: false })?.isFile() ?? false
  return isFile ? ['template', ...argv] : argv
}

/** An option whose value may be left out would take the file behind it for its value. */
function withReportForm(arg: string): string {
  return arg === '--report' ? '--report=table' : arg
}

/** Read by hand: the command line may be what is wrong. */
function colorChoice(args: readonly string[]): ColorChoice {
  const at = args.findIndex((arg) => arg === '--color' || arg.startsWith('--color='))
  const value = args[at]?.split('=')[1] ?? args[at + 1]
  return at >= 0 && (value === 'always' || value === 'never') ? value : 'auto'
}

/** In the form of all other errors, with commander's suggestion as the hint. */
function usageProblem(error: CommanderError, args: readonly string[]): Problem {
  const [line = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const command = args.filter((arg) => /^[a-z]+$/.test(arg)).slice(0, commandDepth(args))
  const help = ['kubectl r2k8s', ...command, '-h'].join(' ')
  const asked = suggestion?.replace(/^\(Did (.*)\)$/, 'did $1')
  return {
    code: 'usage',
    task: 'understand the command line',
    why: line.replace(/\. Allowed choices are /, '; it is one of ').replace(/\.$/, ''),
    hints: [asked ?? `${help} tells more`],
  }
}

function commandDepth([command, verb]: readonly string[]): number {
  if (command === 'formula')
    return ['id', 'check', 'convert'].includes(verb ?? '') ? 2 : 1
  return command === 'template' ? 1 : 0
}

function crashProblem(error: unknown): Problem {
  return {
    code: 'crash',
    task: 'go on',
    why: `this is a bug in r2k8s: ${error instanceof Error ? error.message : String(error)}`,
    hints: ['please report it, with what R2K8S_DEBUG=1 prints'],
  }
}
