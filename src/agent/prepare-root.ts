// Everything that is done to the tree of a root once its wares are there and verified, before it
// becomes visible (rootfs.md §3.3 to §3.7).

import type { RootOrder } from '../mutate/fetch-plan.ts'
import { quote, R2k8sError } from '../errors.ts'
import { compareWithMounts, makeMounted } from './compare-mounts.ts'
import { makeCradle } from './cradle.ts'
import { runtimeLeftovers } from './leftovers.ts'
import { placeWare } from './place-ware.ts'
import type { MadeEntry, PlaceholderRecord } from './placeholder-record.ts'
import { makePlaceholders, presentOf } from './placeholders.ts'
import { probeProgram } from './probe-program.ts'
import { probeVolume } from './probe-volume.ts'
import type { Making, Ownership } from './root-tree.ts'
import { writeScript } from './script-files.ts'
import { stagedPlace, type RootInWork } from './stage-wares.ts'
import { straightenTopLevelLinks } from './top-level-links.ts'
import { isDirectory } from './volume.ts'
import type { World } from './world.ts'

export interface PreparedRoot {
  /** Still private. */
  readonly tree: string
  readonly record: PlaceholderRecord
}

/** @throws R2k8sError when the root cannot be what its container needs */
export function prepareRoot(
  { order, temporary }: RootInWork,
  world: World,
): PreparedRoot {
  const { lines, io } = world
  const warn = (message: string) => {
    lines.log('warn', `${order.container}: ${message}`)
  }
  const owners = ownersOf(order, io.mine)
  const tree = placeWares(order, temporary, owners.base)
  straightenTopLevelLinks(tree, warn)
  const brought = presentOf(tree, runtimeLeftovers)
  const made: MadeEntry[] = []
  const making: Making = {
    tree,
    owner: owners.base,
    made: (path, kind, bytes) => made.push({ path, kind, bytes }),
  }
  if (order.cradle !== undefined) {
    makeCradle({ tree, cradle: order.cradle, user: owners.user })
  }
  if (order.script !== undefined) writeScript(making, order.script)
  makePlaceholders(making, order, warn)
  makeMounted({ ...making, owner: owners.user }, order.mounts)
  compareWithMounts(tree, order.mounts)
  const { architecture } = io
  probeVolume({ directory: temporary, architecture })
  const inform = (message: string) => {
    lines.log('info', `${order.container}: ${message}`)
  }
  probeProgram({ tree, order, architecture, inform })
  return { tree, record: { version: 1, made, brought } }
}

/** Only root can give files away; whoever else this is, the files are its own. */
function ownersOf(
  { ownership, user }: RootOrder,
  mine: Ownership,
): { readonly base: Ownership; readonly user: Ownership } {
  if (mine.uid !== 0) return { base: mine, user: mine }
  return { base: ownership === 'keep' ? { uid: 0, gid: 0 } : user, user }
}

/** A ware stands on those above it, so that its path is known when it comes to it. */
function placeWares(order: RootOrder, temporary: string, owner: Ownership): string {
  const places = order.wares
    .map((ware, i) => ({ path: ware.path, staged: stagedPlace(temporary, i) }))
    .sort((a, b) => depthOf(a.path) - depthOf(b.path))
  const [root, ...others] = places
  if (root === undefined) throw new Error('an unchecked plan: it has no wares')
  if (!isDirectory(root.staged)) {
    const why = `the ware at ${quote(root.path)} is a single file`
    throw new R2k8sError([{ code: 'assembly-invalid', task: 'prepare the root', why }])
  }
  const making = { tree: root.staged, owner, made: () => undefined }
  for (const { path, staged } of others) placeWare(making, path, staged)
  return root.staged
}

function depthOf(path: string): number {
  return path === '/' ? 0 : path.split('/').length
}
