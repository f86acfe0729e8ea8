// What `webhook status` does: the state on stdout, and what is wrong with it as errors.

import { throwIfAny } from '../../errors.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { printValue, type OutputForm } from '../print-value.ts'
import type { Terminal } from '../terminal.ts'
import { printStatus } from './print-status.ts'
import { readStatus } from './read-status.ts'
import { statusValue } from './status-value.ts'

export interface StatusOptions extends ClusterFlags {
  readonly output?: OutputForm
}

/** @throws R2k8sError also when the webhook is not well */
export async function webhookStatus(
  options: StatusOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { client, close } = await openCluster(options, io, terminal)
  try {
    const now = io.now()
    const status = await readStatus(client, now)
    const { output } = options
    io.writeStdout(
      output === undefined
        ? printStatus(status, now)
        : printValue(statusValue(status), output),
    )
    for (const { level, why, hints } of status.troubles) {
      if (level !== 'warning') continue
      terminal.say(why, { text: 'warning:', color: 'yellow' })
      for (const hint of hints) terminal.say(hint, { text: 'hint:', color: 'cyan' })
    }
    const fatal = status.troubles.filter(({ level }) => level === 'failed')
    throwIfAny(
      fatal.map(({ code, why, hints }) => ({
        code,
        task: 'call the webhook healthy',
        why,
        hints,
      })),
    )
  } finally {
    await close()
  }
}
