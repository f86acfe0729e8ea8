// kubectl r2k8s version: its flags.

import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import type { VersionOptions } from '../version/version.ts'
import { markClusterCommand } from './cluster-options.ts'
import { outputOption } from './options.ts'

export function addVersionCommand(program: Command, io: Io): void {
  markClusterCommand(program.command('version'))
    .summary('print the versions of this program, the webhook and the cluster')
    .description(
      'Prints the versions of this program, of the webhook and of the cluster.',
    )
    .option('--client', 'of this program only: no cluster is asked')
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  kubectl r2k8s version')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<VersionOptions & { color: ColorChoice }>()
      const { showVersions } = await import('../version/version.ts')
      await showVersions(options, io, openTerminal(io, options.color))
    })
}
