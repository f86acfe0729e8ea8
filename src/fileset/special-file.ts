// Fifos and devices. Node makes neither, so the system's programs do, in a directory handed to them
// as a descriptor.

import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { linkSync, unlinkSync } from 'node:fs'
import { displayText, rawTextFromUtf8 } from '../ware/raw-text.ts'
import type { Entry, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import type { DirectoryHandle } from './directory-handles.ts'
import { isSystemError } from './fileset-problem.ts'
import { fsPath } from './fs-path.ts'

/** Without mode, owner and times: those are the caller's business. */
export function makeSpecialFile(
  directory: DirectoryHandle,
  name: RawText,
  entry: Entry,
): void {
  // Made under a name of our own first: arguments of programs cannot carry any bytes.
  const temporary = `.tmp.special.${randomUUID()}`
  const made = fsPath(directory.prefix + temporary)
  const { program, words } = commandFor(entry)
  run(directory, [program, temporary, ...words], entry)
  try {
    linkSync(made, fsPath(directory.prefix + name))
  } finally {
    unlinkSync(made)
  }
}

function commandFor({ kind, device, path }: Entry): {
  program: string
  words: readonly string[]
} {
  if (kind === 'fifo') return { program: 'mkfifo', words: [] }
  if (device === undefined) {
    throw inoperablePath(`the device ${quoteRaw(path)} has no numbers`)
  }
  const letter = kind === 'block-device' ? 'b' : 'c'
  return {
    program: 'mknod',
    words: [letter, String(device.major), String(device.minor)],
  }
}

function run(
  { prefix, descriptor }: DirectoryHandle,
  [program, name, ...words]: readonly [string, string, ...string[]],
  { kind, path }: Entry,
): void {
  const where = descriptor === undefined ? argumentOf(prefix) : '/proc/self/fd/3/'
  const { error, status, stderr } = spawnSync(program, [where + name, ...words], {
    stdio: [
      'ignore',
      'ignore',
      'pipe',
      ...(descriptor === undefined ? [] : [descriptor]),
    ],
    encoding: 'utf8',
    timeout: 10_000,
  })
  if (status === 0) return
  const things = kind === 'fifo' ? 'fifos' : 'devices'
  const missing = isSystemError(error, 'ENOENT', 'EACCES')
  const said = missing ? `there is no program ${program}` : lastLine(stderr)
  throw inoperablePath(
    `${quoteRaw(path)}: this machine cannot make ${things}${said === '' ? '' : ` (${said})`}`,
  )
}

/** Arguments are UTF-8: what is not would name another directory. */
function argumentOf(path: RawText): string {
  const text = displayText(path)
  if (rawTextFromUtf8(text) === path) return text
  throw inoperablePath(`the name of the directory ${quoteRaw(path)} is no UTF-8`)
}

function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? ''
  return line.slice(line.lastIndexOf(': ') + 1).trim()
}
