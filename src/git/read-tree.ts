// Commits and trees as git writes them, and what a tree must not say.

import { Buffer } from 'node:buffer'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import type { ObjectId } from './git-object.ts'

export interface TreeItem {
  readonly name: RawText
  readonly kind: 'directory' | 'file' | 'program' | 'symlink' | 'submodule'
  readonly id: ObjectId
}

export function readCommitTree(commit: Uint8Array): ObjectId {
  const text = Buffer.from(commit).toString('latin1', 0, 46)
  const id = /^tree ([0-9a-f]{40})\n/.exec(text)?.[1]
  if (id === undefined) throw corruptWare('the commit names no tree')
  return id
}

/** @throws R2k8sError ware-corrupt for names that git does not allow, or twice the same */
export function readTree(tree: Uint8Array): readonly TreeItem[] {
  const bytes = Buffer.from(tree.buffer, tree.byteOffset, tree.length)
  const items: TreeItem[] = []
  const names = new Set<RawText>()
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const nul = space < 0 ? -1 : bytes.indexOf(0, space)
    if (nul < 0 || space - at > 6 || nul + 21 > bytes.length) {
      throw corruptWare('a tree of the commit is broken')
    }
    const name = bytes.toString('latin1', space + 1, nul)
    checkName(name)
    if (names.has(name)) throw corruptWare(`a tree of the commit has ${quoteRaw(name)} twice`)
    names.add(name)
    const kind = kindOf(bytes.toString('latin1', at, space), name)
    at = nul + 21
    items.push({ name, kind, id: bytes.toString('hex', nul + 1, at) })
  }
  return items
}

function checkName(name: RawText): void {
  const isBad = /^\.{0,2}$|\/|^\.git$/i.test(name)
  if (isBad) throw corruptWare(`a tree of the commit has the name ${quoteRaw(name)}`)
}

function kindOf(mode: string, name: RawText): TreeItem['kind'] {
  switch (mode) {
    case '40000':
    case '040000': // of early versions
      return 'directory'
    case '100644':
    case '100664': // of early versions
      return 'file'
    case '100755':
      return 'program'
    case '120000':
      return 'symlink'
    case '160000':
      return 'submodule'
    default:
      throw corruptWare(`${quoteRaw(name)} has the mode ${quoteRaw(mode)} in the commit`)
  }
}
