// Trees for tests: scratch directories, records written as trees, trees read back as records.

import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { chownSync, chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { R2k8sError, type Problem } from '../../src/errors.ts'
import { removeTree } from '../../src/fileset/remove-tree.ts'
import { openTreeWriter, type TreeWriterOptions } from '../../src/fileset/tree-writer.ts'
import { walkTree } from '../../src/fileset/walk-tree.ts'
import type { WalkOptions } from '../../src/fileset/walk-steps.ts'
import type { TransferEvent } from '../../src/ware/transfer-event.ts'
import { feed, keepRecords, type FileRecord } from '../ware/records.ts'

export const isRoot = process.getuid?.() === 0

/** A directory that goes away with the test. */
export function makeScratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'r2k8s-fileset-'))
  onTestFinished(() => {
    removeTree(path)
  })
  return path
}

export function makeDirectory(...parts: readonly string[]): string {
  const path = join(...parts)
  mkdirSync(path)
  return path
}

/** @returns the path of the tree, below a new scratch directory unless `root` is given */
export function writeTree(
  records: readonly FileRecord[],
  options: TreeWriterOptions = { owners: isRoot ? 'keep' : 'none' },
  root: string = makeDirectory(makeScratch(), 'tree'),
): string {
  const writer = openTreeWriter(root, options)
  try {
    feed(records, writer)
    writer.finish()
  } finally {
    writer.close()
  }
  return root
}

export async function readTree(
  path: string,
  options: WalkOptions = {},
): Promise<{ records: FileRecord[]; events: TransferEvent[]; outcome: string }> {
  const { sink, records } = keepRecords()
  const events: TransferEvent[] = []
  const outcome = await walkTree(path, sink, (event) => events.push(event), options)
  return { records, events, outcome }
}

/** The first problem of what `work` throws. */
export function problemOf(work: () => unknown): Problem {
  try {
    work()
  } catch (error) {
    if (error instanceof R2k8sError) return error.problems[0]
    throw error
  }
  throw new Error('nothing was thrown')
}

const nobody = 65534

/** Code that runs in a process of its own; `args` are its `process.argv` from 2 on. */
export function runScript(
  code: string,
  args: readonly string[] = [],
  { asNobody = false, timeout = 15_000 } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...scriptArguments(code), ...args], {
    encoding: 'utf8',
    timeout,
    cwd: '/',
    ...(asNobody && isRoot && { uid: nobody, gid: nobody }),
  })
}

/** What Node is started with to run `code`, which may import from `src/…`. */
export function scriptArguments(code: string): string[] {
  const source = new URL('../../src/', import.meta.url).href
  return ['--input-type=module', '-e', code.replaceAll('src/', source), '--']
}

/** For those that `runScript` runs as nobody. */
export function giveToNobody(path: string): void {
  if (!isRoot) return
  chownSync(path, nobody, nobody)
  chmodSync(path, 0o755)
}
