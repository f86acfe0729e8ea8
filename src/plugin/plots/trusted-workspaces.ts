// The workspaces around a plot that decide what it runs on: not those that somebody else has put there.

import { lstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { findWorkspaces, type Workspace } from '../../workspace/find-workspaces.ts'
import type { Io } from '../io.ts'

export interface TrustedWorkspaces {
  readonly workspaces: readonly Workspace[]
  /** Why others are not asked. */
  readonly warnings: readonly string[]
}

/**
 * Anybody may make a directory in /tmp, above a plot of somebody else. So a workspace counts when it is a
 * directory of the user, of root, or of whom the plot's own directory is, which is run in any case; and so
 * are its catalogs and its warehouse, none of them a link to elsewhere.
 */
export function findTrustedWorkspaces(
  directory: string,
  { env, user }: Io,
): TrustedWorkspaces {
  const home = env['HOME'] || homedir()
  const owners = [user.uid, 0, ownerOf(directory)]
  const isTrusted = (path: string): boolean => owners.includes(ownerOf(path))
  const warnings: string[] = []
  const workspaces = findWorkspaces(directory, home).filter((workspace) => {
    const { catalogs, warehouse } = workspace
    const above = catalogs.map(dirname)
    const shelves = warehouse !== undefined && isThere(warehouse) ? [warehouse] : []
    const paths = [workspace.directory, ...catalogs, ...above, ...shelves]
    const wrong = paths.find((path) => !isTrusted(path))
    if (wrong !== undefined)
      warnings.push(
        `${wrong} is a link or somebody else's, so its workspace is not asked`,
      )
    return wrong === undefined
  })
  return { workspaces, warnings }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Undefined for what is no directory itself. */
function ownerOf(path: string): number | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true ? stats.uid : undefined
}
