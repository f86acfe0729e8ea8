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
import { findTarget, type PlotFile } from '../plots/find-target.ts'
import { runPlot, type PlotRunner } from '../plots/run-plot.ts'
import { openInteraction } from './interaction.ts'
import { watchKeyboard } from './interruptions.ts'
import { checkUpload } from './local-wares.ts'
import { readCredentials } from './read-credentials.ts'
import { spellOutFile } from './read-saves.ts'
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
  argument: string,
  given: RunOptions,
  { flags, io, terminal }: RunContext,
): Promise<void> {
  const options = spellOut(given)
  checkOptions(options)
  const { quiet = false, output: form, credentials: directory } = options
  const { color, progress } = flags
  const interaction = await openInteraction(argument, options, io)
  const forms = { json: form === 'json', quiet, color, progress }
  const output = openRunOutput(forms, interaction.io)
  const cluster = await openCluster(flags, io, terminal)
  try {
    const warn = (message: string): void => {
      output.log('warn', message)
    }
    const credentials = readCredentials(directory, io, warn)
    const settings = await chooseSettings(options, cluster, { io, terminal })
    const keyboard = watchKeyboard(options.onDisconnect, { io, output })
    const shared = { cluster, credentials, interaction, io, keyboard, options, settings }
    const target = findTarget(argument, io)
    if (target.kind === 'plots') refuseChanges(options)
    else if (options.catalog !== undefined)
      throw usage('run the formula', '--catalog is for plots', 'leave it out')
    const code = await withQuietTransfer(io, async (quietly) => {
      const transfer = {
        ...quietly,
        ...(directory !== undefined && {
          credentialsDirectory: resolve(io.cwd, directory),
        }),
      }
      const runner = { ...shared, output, terminal, transfer }
      return target.kind === 'formula'
        ? (await runFormula(argument, runner)).code
        : await runPlots(target.plots, argument, runner)
    })
    if (code !== 0) throw new Exit(code)
  } catch (error) {
    if (isInterruption(error) && options.exitCode === 'passthrough') throw new Exit(130)
    // Whoever reads events was promised a last one.
    if (error instanceof R2k8sError) output.failure(error.problems[0])
    throw error
  } finally {
    interaction.close()
    await output.close().finally(() => cluster.close())
  }
}

/** Also one that came before anything was in the cluster. */
function isInterruption(error: unknown): boolean {
  return error instanceof R2k8sError && error.code === 'cancelled'
}

/** @returns the code of the first that has failed: what stands beside each other is independent */
async function runPlots(
  plots: readonly PlotFile[],
  argument: string,
  runner: PlotRunner,
): Promise<number> {
  if (plots.length === 0)
    runner.output.log('warn', `there is no module.wf below ${argument}`)
  let code = 0
  for (const plot of plots) {
    if (plots.length > 1) runner.output.log('info', `running ${plot.file}`)
    const each = await runPlot(plot, runner)
    if (code === 0) code = each
  }
  return code
}

/** They are for one formula, and a plot has several. */
function refuseChanges({ env, patch, input, stdin }: RunOptions): void {
  const given = Object.entries({
    '-e': env,
    '--patch': patch,
    '--input': input,
    '-i': stdin,
  })
  const names = given.filter(([, values]) => values !== undefined).map(([name]) => name)
  if (names.length === 0) return
  const why = `${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} for one formula, and a plot has several`
  throw usage('run the plot', why, 'write it into the plot')
}

function spellOut(options: RunOptions): RunOptions {
  const { source, upload } = options
  return {
    ...options,
    ...(source !== undefined && { source: source.map(spellOutFile) }),
    ...(upload !== undefined && { upload: spellOutFile(upload) }),
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
