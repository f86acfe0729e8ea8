// What `push` does: read everything, index the wares, then create the Formulas. Nothing is printed
// unless all of them are there: `push -f … | kubectl apply -f -` must never apply half of it.

import { R2k8sError } from '../../errors.ts'
import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { joinManifests, type Piece } from '../manifests/join-manifests.ts'
import { printWarnings } from '../manifests/warnings.ts'
import { checkSources } from '../source-option.ts'
import type { Terminal } from '../terminal.ts'
import { deliver, needsCluster, type Delivery } from './deliver.ts'
import type { Gathered } from './gathered.ts'
import { readyFormulas } from './ready-formulas.ts'

export interface PushOptions extends Delivery {
  readonly files: readonly string[]
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly name?: string
  readonly source?: readonly string[]
  readonly index: boolean
}

export interface PushContext {
  readonly flags: ClusterFlags
  readonly io: Io
  readonly terminal: Terminal
}

/** @throws R2k8sError; stdout is empty then */
export async function push(options: PushOptions, context: PushContext): Promise<void> {
  const { flags, io, terminal } = context
  const { source: sources = [], index } = options
  const { namespace } = flags
  checkUsage(options)
  checkSources(sources)
  const gathered = await gather(options, namespace, io)
  const { wanted, decisions, notes } = gathered
  const isEmpty = wanted.length === 0
  const cluster =
    isEmpty || !needsCluster(options) ? undefined : await openCluster(context)
  let objects: string | undefined
  try {
    const settings = await settingsOf(cluster, context)
    const files = new Set(wanted.map(({ file }) => file))
    const ready = await readyFormulas(files, { sources, index, settings, io, terminal })
    printWarnings(decisions, [...notes, ...ready.notes], terminal)
    const named = wanted.flatMap(({ file, ...place }) => {
      const content = ready.contents.get(file)
      return content === undefined ? [] : [{ ...place, file: file.file, content }]
    })
    const { signal } = io
    const delivery = { cluster, namespace, settings, signal, terminal }
    objects = await deliver(named, options, delivery)
  } finally {
    await cluster?.close()
  }
  for (const remark of gathered.remarks) terminal.say(remark)
  stdoutOf(options, gathered, objects).forEach(io.writeStdout)
}

/** Objects and manifests together are what `kubectl apply -f -` needs of both. */
function stdoutOf(
  { output, filename }: PushOptions,
  { printed }: Gathered,
  objects: string | undefined,
): readonly Piece[] {
  if (objects === undefined) return printed
  const isWhole = output === 'yaml' && filename !== undefined
  return isWhole ? joinManifests([[objects], printed]) : [objects]
}

function checkUsage({ files, filename, name }: PushOptions): void {
  if (files.length === 0 && filename === undefined) {
    throw usage('no formula is named', 'name one, or manifests with -f')
  }
  if (filename !== undefined && files.length > 0) {
    throw usage('formulas and -f are both given', 'push them in two calls')
  }
  if (name !== undefined && filename === undefined && files.length !== 1) {
    throw usage('--name is for one formula', 'push the others in a call of their own')
  }
}

function usage(why: string, hint: string): R2k8sError {
  return new R2k8sError([{ code: 'usage', task: 'push formulas', why, hints: [hint] }])
}

async function gather(
  options: PushOptions,
  namespace: string | undefined,
  io: Io,
): Promise<Gathered> {
  const { files, filename, recursive = false, name } = options
  if (filename === undefined) {
    const { gatherFromCommandLine } = await import('./gather-from-command-line.ts')
    const names = { files, namespace, ...(name !== undefined && { name }) }
    return await gatherFromCommandLine(names, io)
  }
  const { gatherFromManifests } = await import('./gather-from-manifests.ts')
  const naming = { namespace, name }
  return await gatherFromManifests({ files: [], filename, recursive }, naming, io)
}

/** Its default warehouses count for inputs that name none. */
async function settingsOf(
  cluster: OpenCluster | undefined,
  { io, terminal }: PushContext,
): Promise<Settings> {
  const defaults = defaultSettings(io.version)
  if (cluster === undefined) return defaults
  const { readClusterSettings } = await import('../cluster/cluster-settings.ts')
  return await readClusterSettings(cluster, { defaults, signal: io.signal, terminal })
}

async function openCluster({ flags, io, terminal }: PushContext) {
  const cluster = await import('../cluster/open-cluster.ts')
  return await cluster.openCluster(flags, io, terminal)
}
