// Directories of one tree, held open: what lies in them is addressed through the descriptor, so that
// nobody can put a symlink in the place of a directory between two calls.

import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  type BigIntStats,
} from 'node:fs'
import type { RawText } from '../ware/entry.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { childPath, fsPath } from './fs-path.ts'
import { leap } from './leap.ts'

/** Good until as many further directories are opened as the handles keep. */
export interface DirectoryHandle {
  /** Addresses the directory itself. */
  readonly self: RawText
  /** A name put behind it addresses a child. */
  readonly prefix: RawText
  /** `undefined` on systems without descriptors as paths. */
  readonly descriptor: number | undefined
}

export interface DirectoryHandles {
  /** @param path as entries have it; every part must be a directory, else ENOTDIR */
  readonly open: (path: RawText) => DirectoryHandle
  readonly close: () => void
}

export interface HandleOptions {
  /** Where the system shows descriptors as paths; where there are none, paths are checked. */
  readonly descriptors?: string
  readonly capacity?: number
  /** For trees of ours, of any depth: see `leap`. Those that others write to go level by level. */
  readonly leaps?: boolean
}

/**
 * @param root of the tree; refused when it is a symlink itself
 * @throws the system's errors as they are
 */
export function openDirectoryHandles(
  root: string,
  options: HandleOptions = {},
): DirectoryHandles {
  return openHandlesAt(rawTextFromUtf8(root), options)
}

/** The same of a root that is no text of the user's, as below another handle. */
export function openHandlesAt(
  root: RawText,
  options: HandleOptions = {},
): DirectoryHandles {
  const { descriptors = '/proc/self/fd', capacity = 64, leaps = false } = options
  return existsSync(descriptors)
    ? openByDescriptor(root, { descriptors, capacity: Math.max(capacity, 2), leaps })
    : openByPath(root)
}

export function statDirectory(handle: DirectoryHandle): BigIntStats {
  return handle.descriptor === undefined
    ? lstatSync(fsPath(handle.self), { bigint: true })
    : fstatSync(handle.descriptor, { bigint: true })
}

/** Linux's O_PATH, which Node does not name: works without permission to read, opens no device. */
export const pathOnly = 0o10000000
const directoryOnly = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW

function openByDescriptor(
  root: RawText,
  { descriptors, capacity, leaps }: Required<HandleOptions>,
): DirectoryHandles {
  const rootHandle = openOne(root)
  /** Least recently used first. */
  const open = new Map<RawText, DirectoryHandle>()

  function openOne(path: RawText): DirectoryHandle {
    const descriptor = openSync(fsPath(path), directoryOnly)
    const self = `${descriptors}/${descriptor}`
    return { self, prefix: `${self}/`, descriptor }
  }

  function find(path: RawText): DirectoryHandle | undefined {
    if (path === '.') return rootHandle
    const known = open.get(path)
    if (known !== undefined) {
      open.delete(path)
      open.set(path, known)
    }
    return known
  }

  function keep(path: RawText, handle: DirectoryHandle): void {
    for (const [oldest, { descriptor }] of open) {
      if (open.size < capacity) break
      open.delete(oldest)
      if (descriptor !== undefined) closeSync(descriptor)
    }
    open.set(path, handle)
  }

  function openBelow(path: RawText): DirectoryHandle {
    let above = nearestAbove(path)
    let handle = find(above) ?? rootHandle
    let names = (above === '.' ? path : path.slice(above.length + 1)).split('/')
    const far = leaps ? leap(handle, names, openOne) : undefined
    if (far !== undefined) {
      handle = far.landed
      above = childPath(above, names.slice(0, far.levels).join('/'))
      names = names.slice(far.levels)
      keep(above, handle)
    }
    for (const name of names) {
      above = childPath(above, name)
      handle = openOne(handle.prefix + name)
      keep(above, handle)
    }
    return handle
  }

  /** Found among the open ones: going up from a deep path would make, and hash, a text of each level. */
  function nearestAbove(path: RawText): RawText {
    let nearest: RawText = ''
    for (const known of open.keys()) {
      const isNearer = known.length > nearest.length && path[known.length] === '/'
      // Not startsWith, which goes from letter to letter.
      if (isNearer && path.slice(0, known.length) === known) nearest = known
    }
    return nearest === '' ? '.' : nearest
  }

  return {
    open: (path) => find(path) ?? openBelow(path),
    close: () => {
      for (const { descriptor } of [rootHandle, ...open.values()]) {
        if (descriptor !== undefined) closeSync(descriptor)
      }
      open.clear()
    },
  }
}

/** Without descriptors a swap between check and use stays possible: there is no better way. */
function openByPath(root: RawText): DirectoryHandles {
  function check(path: RawText): void {
    if (lstatSync(fsPath(path)).isDirectory()) return
    throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' })
  }
  check(root)
  return {
    open: (path) => {
      let self = root
      if (path !== '.') {
        for (const name of path.split('/')) {
          self += `/${name}`
          check(self)
        }
      }
      return { self, prefix: `${self}/`, descriptor: undefined }
    },
    close: () => undefined,
  }
}
