// kubectl r2k8s run and what belongs to it: their flags.

import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import type { RunContext } from '../runs/run.ts'
import type { RunOptions } from '../runs/runner.ts'
import type { AttachOptions } from '../runs/attach.ts'
import type { ListOptions } from '../runs/list.ts'
import { openTerminal } from '../terminal.ts'
import { markClusterCommand, readDuration } from './cluster-options.ts'
import { collect, imageName, notEmpty } from './options.ts'

export function addRunCommands(program: Command, io: Io): void {
  addRun(program, io)
  addAttach(program, io)
  addRuns(program, io)
  addCancel(program, io)
}

function addRun(program: Command, io: Io): void {
  const command = markClusterCommand(program.command('run'))
    .summary('run a formula as a build in the cluster')
    .description(
      'Runs the action of a formula in a pod, prints what it writes, saves its outputs, and prints the\n' +
        'run record. The pod goes when it is done, also when this program does not live to see it.',
    )
    .argument('<formula>', 'formula of any dialect; "-" is stdin')
    .option('-i, --stdin', 'stdin of this program is that of the action')
    .option('-t, --tty', 'the action runs on this terminal; needs -i')
    .option(
      '-e, --env <k=v>',
      'variable for the action; part of the formula (repeatable)',
      collect,
    )
    .option('--patch <file>', 'piece of a formula to lay over it (repeatable)', collect)
    .option(
      '--input <path=dir>',
      'directory or file of this machine as an input at that path (repeatable)',
      collect,
    )
    .option(
      '--upload <url>',
      'warehouse for wares of this machine, instead of sending them into the pod',
    )
    .addOption(onDisconnect())
    .option(
      '--timeout <time>',
      'longest time of the run, as 30m; 24h by default',
      readDuration,
    )
    .option(
      '--pack-timeout <time>',
      'longest time for packing its outputs; 1h by default',
      readDuration,
    )
    .addOption(exitCode())
    .option(
      '--save <path=url>',
      'warehouse for an output besides those of the formula; file: is on this machine (repeatable)',
      collect,
    )
    .option(
      '--source <url>',
      "warehouse asked before the formula's own (repeatable)",
      collect,
    )
    .addOption(
      new Option(
        '--warehouse-secret <name>',
        'Secret with credentials of warehouses',
      ).argParser(notEmpty),
    )
    .addOption(
      new Option(
        '--credentials <dir>',
        'files with credentials of warehouses, for this run alone',
      ).argParser(notEmpty),
    )
    .option(
      '--catalog <dir>',
      'catalog with items that a plot takes, asked before those of its workspace (repeatable)',
      collect,
    )
    .option('--memo', 'do not run again what has run well and left its outputs')
    .option('--force', 'run it whatever is known of earlier runs')
    .option('--agent-image <ref>', 'image that fetches and packs', imageName)
    .option('--base-image <ref>', 'image that the action runs on', imageName)
    .addOption(
      // For tests: nobody else needs another one.
      new Option('--lease <time>', 'of a run under die')
        .argParser(readDuration)
        .hideHelp(),
    )
    .option('--keep', 'leave the Job and its logs in the cluster for a day')
  outputOptions(command)
    .addHelpText('after', runExample)
    .action(async (file: string, options: RunOptions, called: Command) => {
      const { run } = await import('../runs/run.ts')
      await run(file, withPolicy(options, called), contextOf(called, io))
    })
}

function addAttach(program: Command, io: Io): void {
  const command = markClusterCommand(program.command('attach'))
    .summary('come back to a run')
    .description(
      'Prints what the action of a run has written and writes, waits for its end, and ends as run would.\n' +
        'Ctrl-C leaves the run as it is; kubectl r2k8s cancel ends it.',
    )
    .argument('<run>', 'name of the run, or its guid')
    .option('--since <time>', 'only what was written in this time, as 5m', readDuration)
    .addOption(exitCode())
  outputOptions(command)
    .addHelpText('after', attachExample)
    .action(async (name: string, options: AttachOptions, called: Command) => {
      const { attach } = await import('../runs/attach.ts')
      await attach(name, options, contextOf(called, io))
    })
}

function addRuns(program: Command, io: Io): void {
  markClusterCommand(program.command('runs'))
    .summary('list the runs in the cluster')
    .description('Lists runs that go on, and those that have ended in the last minutes.')
    .option('-A, --all-namespaces', 'of all namespaces')
    .addOption(
      new Option(
        '-o, --output <form>',
        'with more columns, names alone, or for programs',
      ).choices(['wide', 'name', 'json', 'yaml']),
    )
    .addHelpText('after', runsExample)
    .action(async (options: ListOptions, called: Command) => {
      const { list } = await import('../runs/list.ts')
      await list(options, contextOf(called, io))
    })
}

function addCancel(program: Command, io: Io): void {
  markClusterCommand(program.command('cancel'))
    .summary('end runs')
    .description('Takes runs out of the cluster. Their outputs are not packed.')
    .argument('<runs...>', 'names of runs, or their guids')
    .option('--grace-period <seconds>', 'time that programs get to end', readGrace, 5)
    .addHelpText('after', cancelExample)
    .action(
      async (names: string[], options: { gracePeriod: number }, called: Command) => {
        const { cancel } = await import('../runs/cancel.ts')
        await cancel(names, options, contextOf(called, io))
      },
    )
}

function readGrace(value: string): number {
  if (/^\d{1,5}$/.test(value)) return Number(value)
  throw new InvalidArgumentError('It is a number of seconds.')
}

function outputOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'tell nothing but what the action writes, and errors')
    .addOption(
      new Option('-o, --output <form>', "Repeatr's events, one per line").choices([
        'json',
      ]),
    )
}

function onDisconnect(): Option {
  return new Option(
    '--on-disconnect <policy>',
    'what the run does when this program is gone',
  )
    .choices(['finish', 'die'])
    .default('finish', '"finish", with -t "die"')
}

/** A shell that has lost its terminal waits for keys as long as it may. */
function withPolicy(options: RunOptions, called: Command): RunOptions {
  const isChosen = called.getOptionValueSource('onDisconnect') !== 'default'
  return isChosen || options.tty !== true ? options : { ...options, onDisconnect: 'die' }
}

function exitCode(): Option {
  return new Option('--exit-code <mode>', "Repeatr's table, or that of the action")
    .choices(['repeatr', 'passthrough'])
    .default('repeatr')
}

function contextOf(command: Command, io: Io): RunContext {
  const flags = command.optsWithGlobals<RunContext['flags']>()
  return { flags, io, terminal: openTerminal(io, flags.color) }
}

const runExample = `
Example:
  kubectl r2k8s run build.formula > record.json
  kubectl r2k8s run build.formula --save /task/out=ca+https://wares.example/ --on-disconnect die
  kubectl r2k8s run build.formula --save file:./out.tar.gz --exit-code passthrough
  tar c . | kubectl r2k8s run -i build.formula
  kubectl r2k8s run -i -t shell.formula

Ctrl-C ends the run; with -t it is a key for the action. Exit codes are Repeatr's: 32 when the action
fails, 3 to 13 for wares; or with --exit-code passthrough that of the action, 125 when it could not be
run.`

const attachExample = `
Example:
  kubectl r2k8s attach build-h38dytp5
  kubectl r2k8s attach build-h38dytp5 --since 1m`

const runsExample = `
Example:
  kubectl r2k8s runs
  kubectl r2k8s runs -A -o wide`

const cancelExample = `
Example:
  kubectl r2k8s cancel build-h38dytp5`
