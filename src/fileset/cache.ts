// Unpacked wares on this machine, by their IDs (wares.md §10). A shelf appears by one rename, so it is
// whole or not there, whoever else fills the same one and whenever this process is killed.

import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { quote } from '../errors.ts'
import { isPacktype, type Packtype, type WareId } from '../ware/ware-id.ts'
import { warePath } from '../ware/ware-path.ts'
import { inCache, isSystemError, refusal } from './fileset-problem.ts'
import { makeDirectories } from './make-directories.ts'
import { moveTree } from './move-tree.ts'
import { openStaging, sweepStaging, type Staging } from './staging.ts'

export interface Cache {
  /** Path of the unpacked tree (or lone file), trusted as it lies there; `undefined`: not cached. */
  readonly find: (wareId: WareId) => string | undefined
  /** A place on the same file system, to unpack into. */
  readonly stage: (packtype: Packtype) => Staging
  /** Puts the staging's tree on its shelf, or lets it go when somebody was faster. */
  readonly shelve: (wareId: WareId, staging: Staging) => string
  /** Removes what processes that died left behind. */
  readonly sweep: () => void
}

const task = 'use the cache'

/**
 * Makes nothing until something is staged.
 * @throws R2k8sError local-cache-problem, in all it does
 */
export function openCache(base: string): Cache {
  const shelves = (packtype: Packtype) => join(base, packtype, 'fileset')
  const shelfOf = (wareId: WareId) =>
    join(shelves(wareId.packtype), warePath(wareId, 'fan-out'))

  function find(wareId: WareId): string | undefined {
    const shelf = shelfOf(wareId)
    const stats = inCache(task, shelf, () => lstatSync(shelf, { throwIfNoEntry: false }))
    if (stats === undefined || stats.isDirectory() || stats.isFile()) {
      return stats === undefined ? undefined : shelf
    }
    const why = `${quote(shelf)} is neither a directory nor a file`
    throw refusal('local-cache-problem', task, why, ['remove it'])
  }

  function shelve(wareId: WareId, staging: Staging): string {
    const shelf = shelfOf(wareId)
    inCache(task, shelf, () => {
      makeDirectories(dirname(shelf))
      // Where `moveTree` may have been killed half-way.
      sweepStaging(dirname(shelf))
      try {
        moveTree(staging.tree, shelf)
      } catch (error) {
        // Somebody else's is as good: the ID says so.
        if (!isSystemError(error, ...taken) || find(wareId) === undefined) throw error
      }
    })
    staging.discard()
    return shelf
  }

  return {
    find,
    stage: (packtype) =>
      inCache(task, shelves(packtype), () => openStaging(shelves(packtype))),
    shelve,
    sweep: () => {
      inCache(task, base, () => {
        const names = existsSync(base) ? readdirSync(base) : []
        for (const packtype of names.filter(isPacktype)) sweepStaging(shelves(packtype))
      })
    },
  }
}

/** What `rename` says of a shelf that is there already: of trees, of a file and a directory. */
const taken = ['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR']
