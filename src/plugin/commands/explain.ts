// kubectl r2k8s explain: its flags.

import type { Command } from 'commander'
import type { ExplainOptions } from '../explain/explain.ts'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import { markClusterCommand } from './cluster-options.ts'
import { collect, outputOption } from './options.ts'

export function addExplainCommand(program: Command, io: Io): void {
  markClusterCommand(program.command('explain'))
    .summary('tell what was made of a pod, what it waits for, and what to do')
    .description(
      'Tells what the formulas of a pod became: wares, mounts, times of fetching, warnings; then how the\n' +
        'pod is, and the next step. Of a workload it takes the newest pod, or tells why there is none.',
    )
    .argument('[pods...]', 'NAME of a pod, or KIND/NAME of what has pods')
    .option(
      '-f, --filename <file>',
      'manifest, directory of manifests, or "-": what would be made of it',
      collect,
    )
    .option('-R, --recursive', 'look into the directories below those of -f, too')
    .option(
      '--settings <file>',
      "with -f: settings document instead of the cluster's, or the defaults where none is in reach",
    )
    .option(
      '--source <url>',
      "with -f: warehouse asked before the formulas' own (repeatable)",
      collect,
    )
    .option('--index', 'with -f: read what wares hold from their warehouses')
    .addOption(outputOption())
    .addHelpText('after', example)
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<
        Omit<ExplainOptions, 'names'> & { color: ColorChoice }
      >()
      const { explain } = await import('../explain/explain.ts')
      await explain({ ...options, names }, io, openTerminal(io, options.color))
    })
}

const example = `
Example:
  kubectl r2k8s explain web-5d8f7c-x2x4v
  kubectl r2k8s explain deployment/web -n shop
  kubectl r2k8s explain -f deploy/ -R

With -f, the settings are those of the cluster, as is what the manifests name and do not bring
along. It need not be there: an answer is waited for as long as --request-timeout says, or 3 s.
The settings that count are told on stderr.`
