// From the command line to an exit code: parse it, carry the command out, put failures in words.

import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommanderError, type Command } from 'commander'
import { exitCodes, R2k8sError, type Problem } from '../errors.ts'
import { calledCommand, fullName, withHelpLast } from './called-command.ts'
import { Exit } from './exit.ts'
import { buildProgram } from './program.ts'
import type { Io } from './io.ts'
import { printProblems } from './print-problems.ts'
import { openTerminal, type ColorChoice, type Terminal } from './terminal.ts'

/** `argv` without the program's own name. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const program = buildProgram(io)
  try {
    const asked = withHelpLast(withOldCall(argv, program, io), program)
    const args = asked.map(withReportForm)
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return await explain(error, openTerminal(io, colorChoice(argv)), {
      argv,
      program,
      io,
    })
  }
}

interface Call {
  readonly argv: readonly string[]
  readonly program: Command
  readonly io: Io
}

/** The exit code, once the failure has been told. */
async function explain(
  error: unknown,
  terminal: Terminal,
  { argv, program, io }: Call,
): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    // Called without a subcommand: the help has been printed.
    if (error.code !== 'commander.help') {
      const problem = usageProblem(error, argv, program)
      if (wantsJsonResult(argv, program)) await writeResult(problem, io)
      printProblems([problem], terminal)
    }
    return exitCodes.usage
  }
  if (error instanceof Exit) return error.code
  if (error instanceof R2k8sError) {
    printProblems(error.problems, terminal)
    return exitCodes[error.code]
  }
  printProblems([crashProblem(error)], terminal)
  if (io.env['R2K8S_DEBUG'] && error instanceof Error)
    io.writeStderr(`${error.stack ?? ''}\n`)
  return exitCodes.crash
}

/** The original's only call, `r2k8s in.yaml > out.yaml`; a file never stands for a subcommand. */
function withOldCall(
  argv: readonly string[],
  program: Command,
  io: Io,
): readonly string[] {
  const [first] = argv
  if (first === undefined || first.startsWith('-')) return argv
  if (first === 'help' || program.commands.some((command) => command.name() === first)) {
    return argv
  }
  return isFile(resolve(io.cwd, first)) ? ['template', ...argv] : argv
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false // whatever it is, it is no manifest
  }
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

/** Whether a program reads along that was promised a last line by a verb of rio's (wares.md §9). */
function wantsJsonResult(argv: readonly string[], program: Command): boolean {
  const called = calledCommand(argv, program)
  // What has no result when it succeeds has none when it fails; the group stands for a mistyped verb.
  const promises =
    called.options.some(({ long }) => long === '--format') || called.name() === 'ware'
  const end = argv.indexOf('--')
  const flags = end < 0 ? argv : argv.slice(0, end)
  const asks = flags.some(
    (arg, i) =>
      arg === '--format=json' || (arg === 'json' && flags[i - 1] === '--format'),
  )
  return promises && asks
}

async function writeResult(problem: Problem, io: Io): Promise<void> {
  const { failureResult } = await import('./ware/ware-output.ts')
  try {
    io.writeStdout(`${JSON.stringify(failureResult(problem))}\n`)
  } catch (error) {
    // Where stdout takes nothing, the line on stderr and the exit code have to do.
    if (!(error instanceof R2k8sError)) throw error
  }
}

/** In the form of all other errors, with commander's suggestion as the hint. */
function usageProblem(
  error: CommanderError,
  argv: readonly string[],
  program: Command,
): Problem {
  const [line = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const asked = suggestion?.replace(/^\(Did (.*)\)$/, 'did $1')
  return {
    code: 'usage',
    task: 'understand the command line',
    why: line.replace(/\. Allowed choices are /, '; it is one of ').replace(/\.$/, ''),
    hints: [asked ?? `${fullName(calledCommand(argv, program))} -h tells more`],
  }
}

function crashProblem(error: unknown): Problem {
  return {
    code: 'crash',
    task: 'go on',
    why: `this is a bug in r2k8s: ${error instanceof Error ? error.message : String(error)}`,
    hints: ['please report it, with what R2K8S_DEBUG=1 prints'],
  }
}
