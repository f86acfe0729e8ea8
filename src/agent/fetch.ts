// The duty of the init container: fills the volumes of all roots of a pod, or finds that it has done so
// before (rootfs.md §3).

import { accessSync, constants, mkdtempSync } from 'node:fs'
import { quote, R2k8sError } from '../errors.ts'
import { moveTree } from '../fileset/move-tree.ts'
import type { FetchPlan, RootOrder } from '../mutate/fetch-plan.ts'
import { explainSystemError } from '../system-error.ts'
import { clearVolume, removeLeftovers } from './clear-volume.ts'
import { writePlaceholderRecord } from './placeholder-record.ts'
import { prepareRoot, type PreparedRoot } from './prepare-root.ts'
import { throwIfCancelled } from './run-bounded.ts'
import { stageWares, type RootInWork } from './stage-wares.ts'
import {
  hashOf,
  isDirectory,
  isStamped,
  syncDirectory,
  temporaryPrefix,
  volumeOf,
  writeStamp,
} from './volume.ts'
import type { World } from './world.ts'

export interface FilledRoot {
  readonly container: string
  readonly wares: readonly string[]
  /** Fetched for this root; 0 when it was filled before, or all its wares were fetched for another. */
  readonly bytes: number
  readonly seconds: number
}

/** Every root is as ordered, or none of those that were not is visible. */
export async function fetchRoots(
  plan: FetchPlan,
  world: World,
): Promise<readonly FilledRoot[]> {
  const { io } = world
  const start = io.now()
  const stale = plan.roots.filter(
    (order) => !isStamped(volumeOf(order.at), order, io.boot),
  )
  for (const { at } of stale) checkVolume(at)
  const bytes = await fillRoots(stale, world)
  const seconds = Math.round((io.now() - start) / 100) / 10
  return plan.roots.map((order) => ({
    container: order.container,
    wares: order.wares.map(({ ware }) => ware),
    bytes: bytes.get(order) ?? 0,
    seconds: bytes.has(order) ? seconds : 0,
  }))
}

function checkVolume(at: string): void {
  try {
    if (isDirectory(at)) {
      accessSync(at, constants.R_OK | constants.W_OK | constants.X_OK)
      return
    }
  } catch (error) {
    throw unusable(at, explainSystemError(error))
  }
  throw unusable(at, 'no directory is there')
}

function unusable(at: string, why: string): R2k8sError {
  const task = `use the volume ${quote(at)}`
  return new R2k8sError([{ code: 'inoperable-path', task, why }])
}

async function fillRoots(
  orders: readonly RootOrder[],
  world: World,
): Promise<ReadonlyMap<RootOrder, number>> {
  const warn = (message: string) => {
    world.lines.log('warn', message)
  }
  const signal = world.io.terminated
  try {
    const roots = orders.map((order): RootInWork => {
      clearVolume(volumeOf(order.at), warn)
      const prefix = `${order.at}/${temporaryPrefix}${hashOf(order).slice(0, 16)}-`
      return { order, temporary: mkdtempSync(prefix) }
    })
    const bytes = await stageWares(roots, world, signal)
    const prepared = roots.map((root) => {
      throwIfCancelled(signal)
      return { root, ...prepareRoot(root, world) }
    })
    for (const { root, ...each } of prepared) publish(root.order, each, world)
    return new Map(roots.map((root) => [root.order, bytes.get(root) ?? 0]))
  } finally {
    for (const { at } of orders) removeLeftovers(at, warn)
  }
}

/** The record stands before the tree can be seen, the stamp after all is on disk. */
function publish(order: RootOrder, { tree, record }: PreparedRoot, { io }: World): void {
  const volume = volumeOf(order.at)
  writePlaceholderRecord(volume, record)
  syncDirectory(tree)
  moveTree(tree, volume.root)
  syncDirectory(order.at)
  writeStamp(volume, order, io.boot)
}
