// What the wares of formulas hold at their top: from the cache, from an archive on this machine, or,
// with --index, from wherever the ware is. Without any of these nothing is loaded, and nothing costs.

import { R2k8sError, type Problem } from '../../errors.ts'
import type { Formula, FormulaInput } from '../../formula/formula.ts'
import type { LoadedFormula } from '../../mutate/prepared-formula.ts'
import type { Settings } from '../../mutate/settings.ts'
import { reachableAddresses } from '../../mutate/warehouses.ts'
import { formatWareId, type WareId } from '../../ware/ware-id.ts'
import type { WareIndex } from '../../ware/ware-index.ts'
import { append } from '../append.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { cacheBaseOf } from '../cache-base.ts'
import type { IndexReader } from './index-reader.ts'
import { archivesNearby, hasIndexStore } from './nearby-wares.ts'
import type { PlacedNote } from '../manifests/warnings.ts'

export interface IndexLoader {
  /** The same formula with all indexes that can be had. Each formula is looked at once. */
  readonly complete: (loaded: LoadedFormula) => Promise<LoadedFormula>
  /** With --index: why wares could not be read. */
  readonly problems: readonly Problem[]
  /** Without: what is on this machine and turned out to be no good. */
  readonly notes: readonly PlacedNote[]
  readonly close: () => Promise<void>
}

export interface IndexLoaderOptions {
  /** Ask warehouses as well, and insist on an answer. */
  readonly everywhere: boolean
  readonly sources: readonly string[]
  readonly settings: Settings
  readonly io: Io
  readonly terminal: Terminal
}

/** A ware that has no index yet. */
export interface UnindexedWare {
  readonly wareId: WareId
  /** Those on this machine first. */
  readonly addresses: readonly string[]
  /** The action's, for the root: its machine type becomes the pod's. */
  readonly program: string | undefined
  /** Of the input. */
  readonly where: string
}

/** Each has a decompressor at work. */
const parallelReads = 4

export function openIndexLoader(options: IndexLoaderOptions): IndexLoader {
  const completed = new Map<LoadedFormula, Promise<LoadedFormula>>()
  const problems: Problem[] = []
  const notes: PlacedNote[] = []
  const reader = lazyReader(options)
  const read = options.everywhere
    ? async (ware: UnindexedWare) => (await reader.open()).read(ware)
    : (ware: UnindexedWare) => readNearby(ware, options.io, reader)

  async function complete(loaded: LoadedFormula): Promise<LoadedFormula> {
    const indexes = new Map(loaded.indexes)
    const found = await readAll(unindexedWares(loaded, options), read)
    for (const [ware, outcome] of found) {
      if ('problems' in outcome) tell(ware, outcome.problems)
      else if (outcome.index !== undefined) {
        indexes.set(formatWareId(ware.wareId), outcome.index)
      }
    }
    return { ...loaded, indexes }
  }

  function tell({ wareId, where }: UnindexedWare, why: readonly Problem[]): void {
    const ware = formatWareId(wareId)
    if (options.everywhere) {
      append(
        problems,
        why.map((problem) => ({ ...problem, task: `index ${ware}`, where })),
      )
      return
    }
    for (const problem of why) {
      const text = `what is on this machine gives no index of ${ware}: ${problem.why}`
      notes.push({ where: () => where, text })
    }
  }

  return {
    problems,
    notes,
    complete: (loaded) => {
      const known = completed.get(loaded) ?? complete(loaded)
      completed.set(loaded, known)
      return known
    },
    close: reader.close,
  }
}

type ReadWare = (ware: UnindexedWare) => Promise<WareIndex | undefined>

type Outcome =
  { readonly index: WareIndex | undefined } | { readonly problems: readonly Problem[] }

/** Some at a time; told in the order of the wares, whichever was first. */
async function readAll(
  wares: readonly UnindexedWare[],
  read: ReadWare,
): Promise<Map<UnindexedWare, Outcome>> {
  const outcomes = new Map<UnindexedWare, Outcome>(
    wares.map((ware) => [ware, { index: undefined }]),
  )
  const queue = wares.values()
  const work = async (): Promise<void> => {
    for (const ware of queue) {
      try {
        outcomes.set(ware, { index: await read(ware) })
      } catch (error) {
        if (!(error instanceof R2k8sError)) throw error
        outcomes.set(ware, { problems: error.problems })
      }
    }
  }
  await Promise.all(Array.from({ length: parallelReads }, work))
  return outcomes
}

async function readNearby(
  ware: UnindexedWare,
  io: Io,
  reader: ReturnType<typeof lazyReader>,
): Promise<WareIndex | undefined> {
  const stored = await findStored(ware.wareId, io)
  if (stored !== undefined) return stored
  const addresses = archivesNearby(ware, io.cwd)
  if (addresses.length === 0) return undefined
  return await (await reader.open()).read({ ...ware, addresses })
}

async function findStored(wareId: WareId, io: Io): Promise<WareIndex | undefined> {
  if (!hasIndexStore(wareId, io)) return undefined
  const { readIndexEntry } = await import('../../fileset/index-store.ts')
  return readIndexEntry(cacheBaseOf(io.env, io.cwd), wareId)
}

/** Loads clients and decompressors when the first ware is read. */
function lazyReader(options: IndexLoaderOptions) {
  let opening: Promise<IndexReader> | undefined
  return {
    open: (): Promise<IndexReader> =>
      (opening ??= import('./index-reader.ts').then(({ openIndexReader }) =>
        openIndexReader(options),
      )),
    close: async (): Promise<void> => {
      await (await opening)?.close()
    },
  }
}

/** Each ware once, the root before a second place of it. */
function unindexedWares(
  { formula, indexes, sources: own = [] }: LoadedFormula,
  { sources, settings }: IndexLoaderOptions,
): UnindexedWare[] {
  const wares = new Map<string, UnindexedWare>()
  for (const input of formula.inputs) {
    if (input.source.kind !== 'ware') continue
    const { wareId } = input.source
    const name = formatWareId(wareId)
    if (indexes.has(name) || wares.has(name)) continue
    const { addresses, leftOut } = reachableAddresses(
      input.source,
      [...sources, ...own],
      settings,
    )
    wares.set(name, {
      wareId,
      addresses: [...leftOut, ...addresses],
      program: programIn(input, formula),
      where: input.where,
    })
  }
  return [...wares.values()]
}

function programIn({ path }: FormulaInput, { action }: Formula): string | undefined {
  if (path !== '/') return undefined
  const { program } = action
  if (program.kind === 'exec') return program.command[0]
  return program.kind === 'script' ? program.interpreter : undefined
}
