// Warpforge workspaces: the one around a directory, those around that one, and the user's own.

import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { compareBytes } from '../formula/byte-order.ts'
import { isCatalogName } from '../plot/names.ts'

export interface Workspace {
  /** What its own files are in: `…/.warpforge`, or `.warphome` of the user. */
  readonly directory: string
  /** A root workspace holds wares and several catalogs, and ends the search. */
  readonly isRoot: boolean
  /** Directories with modules in them, in the order of asking. */
  readonly catalogs: readonly string[]
  /** Of the layout `ca+file`, where it is made when it is first needed; undefined where there is none. */
  readonly warehouse: string | undefined
}

/**
 * The nearest first, up to a root workspace; where none is one, the user's own comes last. What
 * cannot be looked into counts as not there, as in Warpforge.
 * @param start where the search begins
 * @param home directory of the user; undefined when there is none
 */
export function findWorkspaces(
  start: string,
  home: string | undefined,
): readonly Workspace[] {
  const found: Workspace[] = []
  for (const directory of upwards(resolve(start))) {
    const own = join(directory, '.warpforge')
    if (!isDirectory(own)) continue
    const isRoot = statOf(join(own, 'root')) !== undefined
    found.push(openWorkspace(own, isRoot))
    if (isRoot) return found
  }
  const own = home === undefined ? undefined : join(resolve(home), '.warphome')
  if (own !== undefined && isDirectory(own)) found.push(openWorkspace(own, true))
  return found
}

function* upwards(start: string): Generator<string> {
  for (let at = start; ; at = dirname(at)) {
    yield at
    if (at === dirname(at)) return
  }
}

function openWorkspace(directory: string, isRoot: boolean): Workspace {
  const single = join(directory, 'catalog')
  const warehouse = join(directory, 'warehouse')
  return {
    directory,
    isRoot,
    catalogs: isRoot ? namedCatalogs(directory) : [single].filter(isDirectory),
    warehouse: isRoot ? warehouse : undefined,
  }
}

/** Bytewise by name. Other directories beside them, such as `.git`, are none. */
function namedCatalogs(directory: string): readonly string[] {
  const all = join(directory, 'catalogs')
  let names: readonly string[]
  try {
    names = readdirSync(all)
  } catch {
    return [] // there are none, or they are not for us
  }
  return names
    .filter(isCatalogName)
    .toSorted(compareBytes)
    .map((name) => join(all, name))
    .filter(isDirectory)
}

function isDirectory(path: string): boolean {
  return statOf(path)?.isDirectory() === true
}

function statOf(path: string) {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
