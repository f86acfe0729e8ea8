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
import { parentPath } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { childPath, fsPath } from './fs-path.ts'

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
}

/**
 * @param root of the tree; refused when it is a symlink itself
 * @throws the system's errors as they are
 */
export function openDirectoryHandles(
  root: string,
  options: HandleOptions = {},
): DirectoryHandles {
  const { descriptors = '/proc/self/fd', capacity = 64 } = options
  return existsSync(descriptors)
    ? openByDescriptor(rawTextFromUtf8(root), descriptors, Math.max(capacity, 2))
    : openByPath(rawTextFromUtf8(root))
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
  descriptors: string,
  capacity: number,
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
    let above = path
    let handle: DirectoryHandle | undefined
    while (handle === undefined) {
      above = parentPath(above)
      handle = find(above)
    }
    const rest = above === '.' ? path : path.slice(above.length + 1)
    for (const name of rest.split('/')) {
      above = childPath(above, name)
      handle = openOne(handle.prefix + name)
      keep(above, handle)
    }
    return handle
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
