// kubectl r2k8s webhook: its verbs.

import { Option, type Command } from 'commander'
import type { Io } from '../io.ts'
import { openTerminal, type ColorChoice } from '../terminal.ts'
import type { EnableOptions } from '../webhook/enable.ts'
import type { StatusOptions } from '../webhook/status.ts'
import { markClusterCommand, readDuration, type ClusterFlags } from './cluster-options.ts'
import { outputOption } from './options.ts'

interface Colored {
  readonly color: ColorChoice
}

export function addWebhookCommand(program: Command, io: Io): void {
  const webhook = program
    .command('webhook')
    .summary('health of the admission webhook; switch it off and on')
    .description(
      'The webhook rewrites pods that name a formula. All other pods do without it, always.',
    )
    .helpCommand(false)
    .addHelpText('after', '\nExample:\n  kubectl r2k8s webhook status')

  markClusterCommand(webhook.command('status'))
    .summary('tell how the webhook is')
    .description(
      'Prints registration, certificates, pods with what they have answered, and their last warnings.\n' +
        'Fails when formula pods are not rewritten. Dry runs are not counted.',
    )
    .addOption(outputOption())
    .addHelpText('after', '\nExample:\n  kubectl r2k8s webhook status -o json')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<StatusOptions & Colored>()
      const { webhookStatus } = await import('../webhook/status.ts')
      await webhookStatus(options, io, openTerminal(io, options.color))
    })

  markClusterCommand(webhook.command('disable'))
    .summary('take the webhook out of the way')
    .description(
      'Deletes its registration. New pods that name a formula are refused from then on; pods that run,\n' +
        'and all pods without formulas, are untouched.',
    )
    .addHelpText('after', '\nExample:\n  kubectl r2k8s webhook disable')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ClusterFlags & Colored>()
      const { disableWebhook } = await import('../webhook/disable.ts')
      await disableWebhook(options, io, openTerminal(io, options.color))
    })

  markClusterCommand(webhook.command('enable'))
    .summary('put the webhook back')
    .description(
      'Applies its registration again and waits until a formula pod, as a dry run in the namespace,\n' +
        'reaches the webhook.',
    )
    .addOption(
      new Option('--timeout <time>', 'longest wait')
        .argParser(readDuration)
        .default(120_000, '2m'),
    )
    .addHelpText('after', '\nExample:\n  kubectl r2k8s webhook enable')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<EnableOptions & Colored>()
      const { enableWebhook } = await import('../webhook/enable.ts')
      await enableWebhook(options, io, openTerminal(io, options.color))
    })
}
