// The text of commits and trees.

import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import type { Content } from './content.ts'

export interface TreeEntry {
  readonly name: RawText
  readonly kind: 'file' | 'program' | 'symlink' | 'directory' | 'submodule'
  readonly id: string
}

/** The tree of a commit: the rest of it is history. */
export function readTreeId(commit: Content): string {
  const head = commit.read(0, Math.min(commit.size, 46)).toString('latin1')
  const id = /^tree ([0-9a-f]{40})\n/.exec(head)?.[1]
  if (id === undefined) throw corruptWare('the commit names no tree')
  return id
}

/**
 * The entries in their order, which is that of a ware.
 * @param tree copied: it is read as far as is asked for
 */
export function* readTree(tree: Buffer): Generator<TreeEntry> {
  const order = createOrderCheck()
  for (let at = 0; at < tree.length;) {
    const end = tree.indexOf(0, at)
    const idEnd = end + 21
    if (end < 0 || idEnd > tree.length) throw corruptWare('a tree of git ends early')
    const head = tree.toString('latin1', at, end)
    const space = head.indexOf(' ')
    const name = head.slice(space + 1)
    const kind = readMode(head.slice(0, Math.max(space, 0)))
    checkName(name)
    order(name, kind === 'directory')
    yield { name, kind, id: tree.toString('hex', end + 1, idEnd) }
    at = idEnd
  }
}

/** Names of directories count with a slash behind them, so "a" and "a/" may stand far apart. */
function createOrderCheck() {
  let last = ''
  const prefixes: RawText[] = []
  return (name: RawText, isDirectory: boolean): void => {
    const key = isDirectory ? `${name}/` : name
    if (key < last) throw corruptWare('a tree of git is not sorted')
    // Whatever stands between them begins with "a".
    while (prefixes.length > 0 && !name.startsWith(prefixes.at(-1) ?? '')) prefixes.pop()
    if (key === last || (isDirectory && prefixes.includes(name))) {
      throw corruptWare(`a tree of git has ${quoteRaw(name)} twice`)
    }
    if (!isDirectory) prefixes.push(name)
    last = key
  }
}

function readMode(written: string): TreeEntry['kind'] {
  const mode = /^0?[0-7]{5,6}$/.test(written) ? Number.parseInt(written, 8) : 0
  switch (mode & 0o170000) {
    case 0o100000:
      // Old programs wrote the group's permissions, too.
      return (mode & 0o100) === 0 ? 'file' : 'program'
    case 0o040000:
      return 'directory'
    case 0o120000:
      return 'symlink'
    case 0o160000:
      return 'submodule'
    default:
      throw corruptWare(
        `a tree of git has an entry of the unknown mode "${printable(written)}"`,
      )
  }
}

function printable(written: string): string {
  return rawTextOf(
    Buffer.from(written.slice(0, 12).replace(/[^0-9a-z]/gi, '?'), 'latin1'),
  )
}

/** `.git` would let whoever makes the commit configure the programs that come upon it. */
function checkName(name: RawText): void {
  const forbidden = name === '' || name === '.' || name === '..' || name.includes('/')
  if (forbidden || name.toLowerCase() === '.git') {
    throw corruptWare(
      `a tree of git has an entry of the forbidden name ${quoteRaw(name)}`,
    )
  }
}
