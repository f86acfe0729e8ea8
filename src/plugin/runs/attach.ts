// What `attach` does: follows a run that is there, to the end that `run` would have told.

import type { ExitCodeMode } from '../../run/exit-code.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import { Exit } from '../exit.ts'
import { findRun } from './find-run.ts'
import { watchKeyboard } from './interruptions.ts'
import { openRunOutput } from './run-output.ts'
import type { RunContext } from './run.ts'
import { stayWith } from './stay-with.ts'
import { withQuietTransfer } from './with-quiet-transfer.ts'

export interface AttachOptions {
  readonly exitCode: ExitCodeMode
  readonly output?: 'json'
  readonly quiet?: boolean
  /** Milliseconds. */
  readonly since?: number
}

/** @throws R2k8sError, or Exit with the code of the run */
export async function attach(
  name: string,
  options: AttachOptions,
  { flags, io, terminal }: RunContext,
): Promise<void> {
  const { quiet = false, since, exitCode } = options
  const { color, progress } = flags
  const json = options.output === 'json'
  const output = openRunOutput({ json, quiet, color, progress }, io)
  const cluster = await openCluster(flags, io, terminal)
  try {
    const { client } = cluster
    const found = await findRun(cluster, name, io.signal)
    const { namespace, phase } = found
    // Where the Job says that outputs are to go on a disk, it means that of its own client; and whoever may
    // create Jobs could say anything.
    const about = { ...found.about, fetched: [] }
    output.log(
      'info',
      `the run ${about.name} of ${about.formula} is ${phase.toLowerCase()}`,
    )
    const from = since === undefined ? undefined : Math.floor((io.now() - since) / 1000)
    const run = { client, namespace, about, ...(from !== undefined && { from }) }
    const keyboard = watchKeyboard('look on', { io, output })
    // Whoever has started it may still follow it; when nobody does, its time to live ends it.
    const staying = { exitCode, keep: true }
    const { code } = await withQuietTransfer(io, (transfer) =>
      stayWith(run, staying, { keyboard, output, transfer }),
    )
    if (code !== 0) throw new Exit(code)
  } finally {
    await output.close().finally(() => cluster.close())
  }
}
