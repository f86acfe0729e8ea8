// kubectl r2k8s push: its flags.

import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import type { PushOptions } from '../push/push.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import { markClusterCommand, type ClusterFlags } from './cluster-options.ts'
import { collect, notEmpty } from './options.ts'

export function addPushCommand(program: Command, io: Io): void {
  markClusterCommand(program.command('push'))
    .summary('store formulas in the cluster, for pods to name')
    .description(
      'Creates a Formula object for each formula, with what its wares hold, and prints the image\n' +
        'that runs it. The same formula again changes nothing.',
    )
    .argument('[formulas...]', 'formulas of any dialect; "-" is stdin')
    .option(
      '-f, --filename <file>',
      'manifest, directory of manifests, or "-": push what they name, print them with the new names',
      collect,
    )
    .option('-R, --recursive', 'look into the directories below those of -f, too')
    .addOption(
      new Option(
        '--name <name>',
        'of the Formula, instead of file name and hash; for one formula',
      ).argParser(notEmpty),
    )
    .option(
      '--source <url>',
      "warehouse asked before the formulas' own, by pods too (repeatable)",
      collect,
    )
    .option('--no-index', 'do not read what wares hold: pods mount the usual directories')
    .addOption(
      new Option(
        '-o, --output <form>',
        'print the Formula objects and create nothing; with -f, yaml has the manifests behind them',
      ).choices(['yaml', 'json']),
    )
    .addOption(
      new Option('--dry-run <where>', 'create nothing, or let the server only check')
        .choices(['none', 'client', 'server'])
        .default('none'),
    )
    .addHelpText('after', example)
    .action(async (files: string[], options: PushOptions, command: Command) => {
      const flags = command.optsWithGlobals<ClusterFlags & { color: ColorChoice }>()
      const { push } = await import('../push/push.ts')
      const terminal = openTerminal(io, flags.color)
      await push({ ...options, files }, { flags, io, terminal })
    })
}

const example = `
Example:
  kubectl r2k8s push web.formula
  kubectl r2k8s push -f deploy/ -R -n web | kubectl apply -n web -f -
  kubectl r2k8s push web.formula --source ca+https://wares.example/ -o yaml > formula.yaml
  kubectl r2k8s push -f web.yaml -o yaml | kubectl apply -f -

A Formula is named after its file and the hash of the formula, as web-h4krbgtd: a changed
formula is a new image, which rolls the workload out.`
