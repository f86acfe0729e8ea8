// A repository on this machine, read as it lies there: no program of git, no hooks, no configuration
// but the format of its objects.

import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { quote } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import { readConfig } from './git-config.ts'
import { openObjectsDirectory, type ReadLimits } from './objects-directory.ts'
import type { ObjectStore } from './object-store.ts'
import { unavailable } from './refusal.ts'

/**
 * @param path absolute; of a bare repository, a checkout, or either without its ".git"
 * @throws Refusal when there is none
 */
export function openLocalRepository(path: string, limits: ReadLimits): ObjectStore {
  return explained(path, () => {
    const common = findCommonDirectory(path)
    refuseOtherFormat(common)
    const directories = findAlternates(join(common, 'objects'))
    const stores = directories.map((each) => openObjectsDirectory(each, limits))
    return {
      find: async (id) => {
        for (const store of stores) {
          const object = await explainedLater(path, () => store.find(id))
          if (object !== undefined) return object
        }
        return undefined
      },
      close: () => {
        for (const store of stores) store.close()
      },
    }
  })
}

/** Where the objects are: of a worktree, that is in the repository it belongs to. */
function findCommonDirectory(path: string): string {
  const tried = [join(path, '.git'), path, `${path}.git`, join(`${path}.git`, '.git')]
  for (const place of tried) {
    const directory = followGitFile(place)
    if (directory === undefined) continue
    const link = readSmallFile(join(directory, 'commondir'))?.trim()
    const common = link === undefined ? directory : resolve(directory, link)
    if (isDirectory(join(common, 'objects'))) return common
  }
  if (isDirectory(path)) throw unavailable(`${quote(path)} is no git repository`)
  throw unavailable(`there is no directory ${quote(path)}`)
}

/** Submodules and worktrees have a file in the place of the directory. */
function followGitFile(place: string): string | undefined {
  if (isDirectory(place)) return place
  const target = /^gitdir: ([^\n]+)/.exec(readSmallFile(place) ?? '')?.[1]
  return target === undefined ? undefined : resolve(place, '..', target.trimEnd())
}

function refuseOtherFormat(directory: string): void {
  const config = readConfig(readSmallFile(join(directory, 'config')) ?? '')
  const format = config.findLast(
    (item) => item.section === 'extensions' && item.key === 'objectformat',
  )
  if (format === undefined || format.value.toLowerCase() === 'sha1') return
  throw unavailable(sha256Why)
}

export const sha256Why =
  'it is a repository of SHA-256 objects; git wares are named by SHA-1 commits'

const mostAlternates = 20

/** Other directories of objects that this one borrows from, after itself. */
function findAlternates(first: string): readonly string[] {
  const found = [first]
  for (const directory of found) {
    const text = readSmallFile(join(directory, 'info', 'alternates')) ?? ''
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue
      const other = resolve(directory, line)
      if (found.includes(other)) continue
      if (found.length > mostAlternates) {
        throw unavailable(`it borrows from more than ${mostAlternates} repositories`)
      }
      if (isDirectory(other)) found.push(other)
    }
  }
  return found
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

const mostBytes = 1024 * 1024

/** Undefined when there is none. */
function readSmallFile(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) return undefined
  if (found.size > mostBytes) throw unavailable(`${quote(path)} is far too long`)
  return readFileSync(path, 'utf8')
}

function explained<Result>(path: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw explain(path, error)
  }
}

async function explainedLater<Result>(
  path: string,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act()
  } catch (error) {
    throw explain(path, error)
  }
}

function explain(path: string, error: unknown): unknown {
  if (systemErrorCode(error)?.startsWith('E') !== true) return error
  return unavailable(`cannot read ${quote(path)}: ${explainSystemError(error)}`)
}
