// Where a path leads inside a tree, with the tree taken for `/`: absolute links start there again, and
// `..` stays inside, as after a chroot.

import { lstatSync, readlinkSync } from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import {
  openDirectoryHandles,
  type DirectoryHandle,
  type DirectoryHandles,
} from './directory-handles.ts'
import { isSystemError, withProblem } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'
import { kindOf, type FoundKind } from './read-directory.ts'

type Kind = Exclude<FoundKind, 'symlink'> | undefined

export interface ResolvedPath {
  /** Without links, from the root: `.` or `a/b`. */
  readonly path: RawText
  /** Never a symlink. `undefined`: nothing is there, and perhaps nothing above it either. */
  readonly kind: Kind
}

/**
 * @param path inside the tree, absolute or not; its links are followed, the last one, too
 * @throws R2k8sError inoperable-path for links in a circle and paths below a file
 */
export function resolveInTree(root: string, path: RawText): ResolvedPath {
  return withProblem('look into the files', path, () => {
    const handles = openDirectoryHandles(root)
    try {
      return resolveWith(handles, path)
    } finally {
      handles.close()
    }
  })
}

/** As many as Linux follows. */
const maxLinks = 40

export function resolveWith(handles: DirectoryHandles, path: RawText): ResolvedPath {
  /** Last first. */
  const rest = path.split('/').reverse()
  let done: RawText[] = []
  let kind: Kind = 'directory'
  let links = 0
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (name === '' || name === '.') continue
    if (kind !== 'directory' && kind !== undefined) throw belowFile(path, done)
    if (name === '..') {
      done.pop()
      kind = done.length === 0 ? 'directory' : lookAgain(handles, done)
      continue
    }
    const found = lookAt(handles, done, name)
    if (found !== 'symlink') {
      done.push(name)
      kind = found
      continue
    }
    if (++links > maxLinks) {
      throw inoperablePath(`${quoteRaw(path)}: its symlinks go in a circle`)
    }
    const target = readlinkSync(fsPath(open(handles, done).prefix + name), 'latin1')
    if (target.startsWith('/')) done = []
    rest.push(...target.split('/').reverse())
  }
  return { path: done.length === 0 ? '.' : done.join('/'), kind }
}

function open(handles: DirectoryHandles, path: readonly RawText[]): DirectoryHandle {
  return handles.open(path.length === 0 ? '.' : path.join('/'))
}

/** Without following; `undefined` when it is missing, or what it should lie in. */
function lookAt(
  handles: DirectoryHandles,
  directory: readonly RawText[],
  name: RawText,
): FoundKind | undefined {
  try {
    const { prefix } = open(handles, directory)
    return kindOf(lstatSync(fsPath(prefix + name), { bigint: true }))
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}

/** At something that has been resolved before, or was missing. */
function lookAgain(handles: DirectoryHandles, path: readonly RawText[]): Kind {
  const kind = lookAt(handles, path.slice(0, -1), path.at(-1) ?? '.')
  if (kind !== 'symlink') return kind
  throw inoperablePath(`${quoteRaw(path.join('/'))} changed while it was looked at`)
}

function belowFile(path: RawText, file: readonly RawText[]): Error {
  const name = quoteRaw(file.join('/'))
  return inoperablePath(`${quoteRaw(path)} leads below ${name}, which is no directory`)
}
