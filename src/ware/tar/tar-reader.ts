// A tar archive in chunks of any size → the records in it (wares.md §5). It is handed bytes and
// hands records on; it neither waits nor remembers.

import type { Entry, EntrySink, RawText } from '../entry.ts'
import { quoteRaw } from '../entry-path.ts'
import { createLimitCheck } from '../limit-check.ts'
import { rawTextOf } from '../raw-text.ts'
import type { UnpackLimits } from '../unpack-limits.ts'
import { corruptWare, inoperablePath } from '../ware-problems.ts'
import { createSparseWriter, type SparseWriter } from './sparse-writer.ts'
import { createTarAssembler, headerBlock, type Next } from './tar-assembler.ts'
import { blockSize } from './tar-header.ts'

/** Writers of tapes fill up their last record; more than that is no padding. */
const mostRest = 16 * 1024 * 1024

export interface TarReader {
  /** @throws R2k8sError ware-corrupt or inoperable-path; nothing may be pushed after that */
  readonly push: (chunk: Uint8Array) => void
  /** To be called when the archive has ended. @throws R2k8sError ware-corrupt when it ends early */
  readonly end: () => void
}

export interface TarReaderOptions {
  /** Hardlinks are refused unless this takes them. `target` is as written. */
  readonly hardlink?: (path: RawText, target: RawText, entry: Entry) => void
}

export function createTarReader(
  sink: EntrySink,
  limits: UnpackLimits,
  { hardlink = refuseHardlink }: TarReaderOptions = {},
): TarReader {
  const assembler = createTarAssembler()
  const check = createLimitCheck(limits)
  let next: Next = headerBlock
  /** Bytes still wanted by `next`, and those to leave out behind them. */
  let wanted = blockSize
  let padding = 0
  /** What earlier chunks had of a block. */
  let kept: RawText[] = []
  let sparseWriter: SparseWriter | undefined
  let rest = 0

  function push(chunk: Uint8Array): void {
    if (next.kind === 'end') skipRest(chunk.length)
    let at = 0
    while (at < chunk.length && next.kind !== 'end') {
      if (wanted > 0)
        at = next.kind === 'entry' ? takeContent(chunk, at) : takeBlock(chunk, at)
      else {
        const skipped = Math.min(padding, chunk.length - at)
        padding -= skipped
        at += skipped
      }
      if (wanted === 0 && padding === 0) goOn()
    }
  }

  /** Whatever it is, it is no part of the archive; but a server may never stop sending it. */
  function skipRest(length: number): void {
    rest += length
    if (rest > mostRest) {
      throw corruptWare(`more than ${mostRest} bytes follow the end of the archive`)
    }
  }

  function takeContent(chunk: Uint8Array, at: number): number {
    const end = Math.min(at + wanted, chunk.length)
    const part = chunk.subarray(at, end)
    if (sparseWriter === undefined) sink.content(part)
    else sparseWriter.write(part)
    wanted -= part.length
    if (wanted === 0) endContent()
    return end
  }

  function takeBlock(chunk: Uint8Array, at: number): number {
    const end = Math.min(at + wanted, chunk.length)
    kept.push(rawTextOf(chunk.subarray(at, end)))
    wanted -= end - at
    return end
  }

  /** To what follows, once all of `next` is there. */
  function goOn(): void {
    const text = kept.length === 1 ? (kept[0] ?? '') : kept.join('')
    if (kept.length > 0) kept = []
    next = next.kind === 'block' ? assembler.take(text) : headerBlock
    switch (next.kind) {
      case 'block':
        wanted = next.bytes
        padding = next.padding
        return
      case 'entry':
        wanted = next.stored
        padding = -next.stored & (blockSize - 1)
        startEntry(next)
        if (wanted === 0 && padding === 0) goOn()
        return
      case 'end':
    }
  }

  function startEntry({
    entry,
    isHardlink,
    stored,
    sparse,
  }: Extract<Next, { kind: 'entry' }>) {
    check.entry(entry, stored)
    if (isHardlink) {
      hardlink(entry.path, entry.target, { ...entry, target: '' })
      return
    }
    sink.entry(entry)
    if (entry.kind !== 'file') return
    sparseWriter = sparse === undefined ? undefined : createSparseWriter(sparse, sink)
    if (stored === 0) endContent()
  }

  function endContent(): void {
    sparseWriter?.finish()
    sparseWriter = undefined
    sink.endFile()
  }

  function end(): void {
    if (next.kind === 'end') return
    if (check.entries() === 0 && kept.length === 0)
      throw corruptWare('the archive is empty')
    // Some programs leave the closing blocks away.
    const betweenEntries =
      next.kind === 'block' && kept.length === 0 && assembler.mayEnd()
    if (!betweenEntries) throw corruptWare('the archive ends in the middle')
  }

  return { push, end }
}

function refuseHardlink(path: RawText, target: RawText): never {
  throw inoperablePath(`${quoteRaw(path)} is a hardlink to ${quoteRaw(target)}`, [
    'wares have no hardlinks: import an image with "ware import", or pack the files anew',
  ])
}
