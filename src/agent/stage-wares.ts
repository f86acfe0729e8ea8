// Fetches the wares of all roots, each into a private place of its root. A ware that several roots have
// is fetched once and copied: the network costs more than the disk.

import { mkdirSync } from 'node:fs'
import { quote } from '../errors.ts'
import { copyTree } from '../fileset/copy-tree.ts'
import type { RootOrder, WareOrder } from '../mutate/fetch-plan.ts'
import { stageWare, type StageRequest } from '../transfer/stage-ware.ts'
import type { RawText } from '../ware/entry.ts'
import { displayText } from '../ware/raw-text.ts'
import { makeEntryFilter, type EntryFilter, type Owner } from '../ware/entry-filter.ts'
import { filterPresets } from '../ware/filters.ts'
import { parseWareId } from '../ware/ware-id.ts'
import { runBounded } from './run-bounded.ts'
import { transferContext, type World } from './world.ts'

export interface RootInWork {
  readonly order: RootOrder
  /** Private directory inside the volume. */
  readonly temporary: string
}

/** Downloads and unpacks at one time: more only take memory from each other. */
const atOnce = 4

/** Bytes fetched, by root. The trees lie at `stagedPlace`. */
export async function stageWares(
  roots: readonly RootInWork[],
  world: World,
  signal: AbortSignal,
): Promise<ReadonlyMap<RootInWork, number>> {
  const bytes = new Map<RootInWork, number>()
  const jobs = [...groupEqual(roots, world.io.mine).values()]
  await runBounded(jobs, { atOnce, signal }, async ([first, ...others], jobSignal) => {
    if (first === undefined) return
    const addresses = new Set([first, ...others].flatMap(({ ware }) => ware.from))
    const fetched = await stage(first, [...addresses], { world, signal: jobSignal })
    bytes.set(first.root, (bytes.get(first.root) ?? 0) + fetched)
    for (const other of others) await copyTree(first.place, other.place)
  })
  return bytes
}

/** Where the ware with this number of the order lies until it is placed. */
export function stagedPlace(temporary: string, number: number): string {
  return `${temporary}/ware-${number}`
}

interface Job {
  readonly root: RootInWork
  readonly ware: WareOrder
  readonly place: string
  readonly owners: StageRequest['owners']
}

/** Jobs whose trees come out the same, whatever the addresses. */
function groupEqual(
  roots: readonly RootInWork[],
  mine: Owner,
): ReadonlyMap<string, readonly Job[]> {
  const groups = new Map<string, Job[]>()
  for (const root of roots) {
    const owners = ownersOf(root.order, mine)
    root.order.wares.forEach((ware, i) => {
      const { ware: id, filters, strictDigest } = ware
      const key = JSON.stringify([id, filters, strictDigest, owners, root.order.setid])
      const job = { root, ware, place: stagedPlace(root.temporary, i), owners }
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [job])
      else group.push(job)
    })
  }
  return groups
}

/**
 * Flattened, files are the process's own in any case. They are given explicitly all the same: with an
 * fsGroup the kubelet marks the volume so that files in it would inherit another group.
 */
function ownersOf({ ownership, user }: RootOrder, mine: Owner): StageRequest['owners'] {
  if (mine.uid !== 0) return mine
  return ownership === 'keep' ? 'keep' : user
}

async function stage(
  { root, ware, place, owners }: Job,
  addresses: readonly string[],
  { world, signal }: { world: World; signal: AbortSignal },
): Promise<number> {
  const parsed = parseWareId(ware.ware)
  if ('why' in parsed) throw new Error(`an unchecked plan: ${parsed.why}`)
  mkdirSync(place, { mode: 0o700 })
  const devices: Devices = { count: 0, first: '', last: '' }
  const filter = filterOf(ware, root.order, { mine: world.io.mine, devices })
  const context = transferContext(world, root.temporary, signal)
  const { strictDigest } = ware
  const fetched = await stageWare(
    {
      wareId: parsed.wareId,
      addresses,
      tree: place,
      owners,
      filter,
      ...(strictDigest !== undefined && { strictDigest }),
    },
    context,
  )
  if (devices.count > 0) {
    const example = quote(displayText(devices.first))
    const what =
      devices.count === 1
        ? `the device ${example}`
        : `${devices.count} devices like ${example}`
    world.lines.log(
      'warn',
      `${ware.ware}: ${what} left out; pods get theirs from the runtime`,
    )
  }
  return fetched.bytes
}

interface Devices {
  count: number
  first: RawText
  last: RawText
}

/**
 * Set-ID bits only where the settings allow them. Devices never: nobody could make them in a pod, and
 * what root filesystems hold of them lies in `dev`, which is never mounted. So they are no reason to
 * refuse a ware, unless its formula says so.
 */
function filterOf(
  ware: WareOrder,
  { setid }: RootOrder,
  { mine, devices }: { mine: Owner; devices: Devices },
): EntryFilter {
  const wanted = { ...filterPresets['unpack-lossless'], ...ware.filters }
  const words = {
    ...wanted,
    setid: setid === true || wanted.setid === 'reject' ? wanted.setid : 'ignore',
    dev: wanted.dev === 'reject' ? 'reject' : 'ignore',
  }
  const filter = makeEntryFilter(words, mine)
  return {
    alters: filter.alters,
    apply: (entry) => {
      const kept = filter.apply(entry)
      // A record is asked for several times in turn: by each hash, and by what writes it.
      if (kept === undefined && devices.last !== entry.path) {
        devices.last = entry.path
        if (devices.count++ === 0) devices.first = entry.path
      }
      return kept
    },
  }
}
