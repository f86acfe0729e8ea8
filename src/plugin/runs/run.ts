// What `run` does: puts the run into the cluster, stays with it, and says how it ended.

import { R2k8sError } from '../../errors.ts'
import { startRun } from '../../run/start-run.ts'
import type { ExitCodeMode } from '../../run/exit-code.ts'
import type { OnDisconnect } from '../../run/run-order.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { ColorChoice, Terminal } from '../terminal.ts'
import type { ProgressChoice } from '../ware/progress.ts'
import { openInteraction, type InteractionOptions } from './interaction.ts'
import { readCredentials } from './read-credentials.ts'
import { withTransfer } from '../ware/with-transfer.ts'
import { prepareRun } from './prepare-run.ts'
import type { FormulaOptions } from './read-run-formula.ts'
import { openRunOutput } from './run-output.ts'
import { stayWith } from './stay-with.ts'
import { usage } from './usage.ts'

export interface RunOptions extends FormulaOptions, InteractionOptions {
  readonly onDisconnect: OnDisconnect
  /** Milliseconds. */
  readonly timeout?: number
  readonly packTimeout?: number
  readonly lease?: number
  readonly exitCode: ExitCodeMode
  readonly save?: readonly string[]
  readonly source?: readonly string[]
  readonly input?: readonly string[]
  readonly output?: 'json'
  readonly keep?: boolean
  readonly quiet?: boolean
  readonly agentImage?: string
  readonly baseImage?: string
  readonly warehouseSecret?: string
  readonly credentials?: string
}

export interface RunContext {
  readonly flags: ClusterFlags & {
    readonly color: ColorChoice
    readonly progress: ProgressChoice
  }
  readonly io: Io
  readonly terminal: Terminal
}

/** @throws R2k8sError, or Exit with the code of the run */
export async function run(
  file: string,
  options: RunOptions,
  { flags, io, terminal }: RunContext,
): Promise<void> {
  const { quiet = false, credentials: directory, warehouseSecret } = options
  if (directory !== undefined && warehouseSecret !== undefined) {
    const hint = 'put the files into that Secret, or leave it out'
    throw usage(
      'run the formula',
      '--credentials and --warehouse-secret are both given',
      hint,
    )
  }
  const interaction = await openInteraction(file, options, io)
  const output = openRunOutput(
    {
      json: options.output === 'json',
      quiet,
      color: flags.color,
      progress: flags.progress,
    },
    interaction.io,
  )
  const cluster = await openCluster(flags, io, terminal)
  try {
    const { signal } = io
    const credentials = readCredentials(directory, io)
    // What is sent lies in a scratch directory as long as the run may ask for it.
    const silent = { ...io, writeStdout: () => undefined, writeStderr: () => undefined }
    await withTransfer({ format: 'dumb', progress: 'none' }, silent, async (transfer) => {
      const preparing = { cluster, io, terminal, output, transfer, signal }
      const prepared = await prepareRun(file, options, preparing)
      const { about, built, formulaText, sent } = prepared
      const { client, namespace } = cluster
      const objects = { namespace, about, built, formulaText, credentials }
      await startRun(client, objects, signal)
      output.log('info', `the run is ${about.name} in namespace ${namespace}`)
      await stayWith(
        { client, namespace, about, sent, ...interaction.of(output) },
        { ...options, keep: options.keep ?? false },
        { io, terminal, output },
      )
    })
  } catch (error) {
    // Whoever reads events was promised a last one.
    if (error instanceof R2k8sError) output.failure(error.problems[0])
    throw error
  } finally {
    interaction.close()
    await output.close().finally(() => cluster.close())
  }
}
