// kubectl r2k8s install and uninstall.

import { Option, type Command } from 'commander'
import type { InstallOptions } from '../install/install.ts'
import type { UninstallOptions } from '../install/uninstall.ts'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import { markClusterCommand, readDuration } from './cluster-options.ts'
import { imageName } from './options.ts'

export function addInstallCommands(program: Command, io: Io): void {
  const install = program
    .command('install')
    .summary('install the webhook in the cluster, or bring it up to date')
    .description(
      'Applies everything that formula pods need: the kind Formula, the admission webhook with its\n' +
        'rights, the policy that looks twice. Waits until the webhook answers. Settings that are there\n' +
        'stay. Doing it again changes nothing.',
    )
    .option('--image <ref>', 'image of webhook and fetcher', imageName)
    .option(
      '--base-image <ref>',
      "image that formula containers run on; the nodes' pause image is good",
      imageName,
    )
    .option('--cert-manager', 'leave the certificate to cert-manager')
    .addOption(
      new Option('--dry-run <how>', 'print the manifests, for kubectl or git')
        .choices(['none', 'client'])
        .default('none'),
    )
  addWaiting(install, 'the webhook answers')
    .addHelpText('after', installExample)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<InstallOptions & { color: ColorChoice }>()
      const { install: act } = await import('../install/install.ts')
      await act(options, io, openTerminal(io, options.color))
    })
  const uninstall = program
    .command('uninstall')
    .summary('remove everything that install brought')
    .description(
      'Removes the webhook, its rights, settings and certificates, and the kind Formula. Pods that run\n' +
        'go on running. Refused while there are Formulas, unless they are to go, too.',
    )
    .option('--with-formulas', 'delete all Formulas of all namespaces as well')
    .addOption(
      new Option('--dry-run <where>', 'tell what would go, or let the server only check')
        .choices(['none', 'client', 'server'])
        .default('none'),
    )
  addWaiting(uninstall, 'all of it is gone')
    .addHelpText('after', '\nExample:\n  kubectl r2k8s uninstall')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<UninstallOptions & { color: ColorChoice }>()
      const { uninstall: act } = await import('../install/uninstall.ts')
      await act(options, io, openTerminal(io, options.color))
    })
  markClusterCommand(install)
  markClusterCommand(uninstall)
}

const defaultTimeout = 120_000

function addWaiting(command: Command, event: string): Command {
  return command
    .option('--no-wait', `do not wait until ${event}`)
    .addOption(
      new Option('--timeout <time>', 'longest wait')
        .argParser(readDuration)
        .default(defaultTimeout, '2m'),
    )
}

const installExample = `
Example:
  kubectl r2k8s install --image registry.example/r2k8s:0.1.0
  kubectl r2k8s install --dry-run=client > r2k8s.yaml`
