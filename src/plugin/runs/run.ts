// What `run` does: puts runs into the cluster, stays with them, and says how they ended.

import { resolve } from 'node:path'
import { R2k8sError } from '../../errors.ts'
import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import { openCluster, type OpenCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import { Exit } from '../exit.ts'
import type { Io } from '../io.ts'
import { checkSources } from '../source-option.ts'
import type { ColorChoice, Terminal } from '../terminal.ts'
import type { ProgressChoice } from '../ware/progress.ts'
import { watchKeyboard } from './interruptions.ts'
import { checkUpload } from './local-wares.ts'
import { readCredentials } from './read-credentials.ts'
import { runFormula } from './run-formula.ts'
import { openRunOutput } from './run-output.ts'
import type { RunOptions } from './runner.ts'
import { usage } from './usage.ts'
import { withQuietTransfer } from './with-quiet-transfer.ts'

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
  checkOptions(options)
  const { quiet = false, output: form, credentials: directory } = options
  const { color, progress } = flags
  const output = openRunOutput({ json: form === 'json', quiet, color, progress }, io)
  const cluster = await openCluster(flags, io, terminal)
  try {
    const credentials = readCredentials(directory, io)
    const settings = await chooseSettings(options, cluster, { io, terminal })
    const keyboard = watchKeyboard(options.onDisconnect, { io, output })
    const shared = { cluster, credentials, io, keyboard, options, output, settings }
    const { code } = await withQuietTransfer(io, async (quietly) => {
      const transfer = {
        ...quietly,
        ...(directory !== undefined && {
          credentialsDirectory: resolve(io.cwd, directory),
        }),
      }
      return await runFormula(file, { ...shared, terminal, transfer })
    })
    if (code !== 0) throw new Exit(code)
  } catch (error) {
    // Whoever reads events was promised a last one.
    if (error instanceof R2k8sError) output.failure(error.problems[0])
    throw error
  } finally {
    await output.close().finally(() => cluster.close())
  }
}

function checkOptions(options: RunOptions): void {
  const { credentials, source = [], upload, warehouseSecret } = options
  if (credentials !== undefined && warehouseSecret !== undefined) {
    const why = '--credentials and --warehouse-secret are both given'
    throw usage('run the formula', why, 'put the files into that Secret, or leave it out')
  }
  checkSources(source)
  checkUpload(upload)
}

async function chooseSettings(
  { agentImage, baseImage }: RunOptions,
  cluster: OpenCluster,
  { io, terminal }: { readonly io: Io; readonly terminal: Terminal },
): Promise<Settings> {
  const { readClusterSettings } = await import('../cluster/cluster-settings.ts')
  const defaults = defaultSettings(io.version)
  const { signal } = io
  const settings = await readClusterSettings(cluster, { defaults, signal, terminal })
  return {
    ...settings,
    ...(agentImage !== undefined && { agentImage }),
    ...(baseImage !== undefined && { baseImage }),
  }
}
