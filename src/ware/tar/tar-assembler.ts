// The blocks of a tar archive between contents → entries: gathers extension headers and sparse maps
// until the entry they belong to is complete.

import type { RawText } from '../entry.ts'
import { corruptWare } from '../ware-problems.ts'
import { readDecimal } from './numbers.ts'
import { noPaxRecords, readPaxRecords } from './pax-records.ts'
import {
  checkSparseMap,
  createSparseMapReader,
  isSparseWithMapInData,
  readOldSparse,
  readPaxSparse,
  readSparseBlock,
  type Fragment,
  type SparseMap,
} from './sparse.ts'
import { makeTarEntry, type Extensions, type TarEntry } from './tar-entry.ts'
import { blockSize, readTarHeader, untilNul, type TarHeader } from './tar-header.ts'

/** What the archive goes on with. */
export type Next =
  /** Bytes to hand to `take` as a whole, and those to leave out behind them. */
  | { readonly kind: 'block'; readonly bytes: number; readonly padding: number }
  /** An entry; `stored` bytes of content follow. */
  | {
      readonly kind: 'entry'
      readonly entry: TarEntry['entry']
      readonly isHardlink: boolean
      readonly stored: number
      readonly sparse?: SparseMap
    }
  | { readonly kind: 'end' }

export interface TarAssembler {
  readonly take: (text: RawText) => Next
  /** Whether the archive may end here: no header waits for its entry. */
  readonly mayEnd: () => boolean
}

export const headerBlock: Next = { kind: 'block', bytes: blockSize, padding: 0 }

/** Long names, pax headers: those of one entry together are never longer when they are honest. */
const maxExtensionBytes = 1024 * 1024

const noExtensions: Extensions = {
  pax: noPaxRecords,
  longName: undefined,
  longTarget: undefined,
}

export function createTarAssembler(): TarAssembler {
  let extensions = noExtensions
  let takeNext: (text: RawText) => Next = takeHeader
  let extensionBytes = 0
  let zeroBlocks = 0

  return {
    take: (text) => takeNext(text),
    mayEnd: () => takeNext === takeHeader && extensions === noExtensions,
  }

  function takeHeader(block: RawText): Next {
    const header = readTarHeader(block)
    if (header === undefined) return takeZeros()
    if (zeroBlocks > 0) throw corruptWare('a block of zeros stands between entries')
    return 'xgLK'.includes(header.type) ? expectExtension(header) : takeEntry(header)
  }

  function takeZeros(): Next {
    zeroBlocks++
    if (zeroBlocks < 2) return headerBlock
    if (extensions !== noExtensions) {
      throw corruptWare('the archive ends behind an extension header')
    }
    return { kind: 'end' }
  }

  function expectExtension({ type, size }: TarHeader): Next {
    extensionBytes += size
    if (size < 0 || extensionBytes > maxExtensionBytes) {
      throw corruptWare(
        `the extension headers of an entry have more than ${maxExtensionBytes} bytes`,
      )
    }
    if (size === 0) return headerBlock
    takeNext = (text) => {
      takeNext = takeHeader
      extensions = extend(extensions, type, text)
      return headerBlock
    }
    return { kind: 'block', bytes: size, padding: -size & (blockSize - 1) }
  }

  function takeEntry(header: TarHeader): Next {
    const { pax } = extensions
    const tarEntry = makeTarEntry(header, extensions)
    extensions = noExtensions
    extensionBytes = 0
    if (tarEntry.entry.kind !== 'file' || tarEntry.isHardlink) {
      return { kind: 'entry', ...tarEntry }
    }
    if (header.type === 'S') return takeOldSparse(tarEntry, header)
    if (isSparseWithMapInData(pax)) {
      const size = readDecimal(pax.values.get('GNU.sparse.realsize') ?? '', 'size')
      return takeSparseMap(tarEntry, size)
    }
    return finishEntry(tarEntry, readPaxSparse(pax), tarEntry.stored)
  }

  function takeOldSparse(tarEntry: TarEntry, header: TarHeader): Next {
    const { size, fragments, more } = readOldSparse(header.block)
    if (!more) return finishEntry(tarEntry, { size, fragments }, tarEntry.stored)
    const all: Fragment[] = [...fragments]
    takeNext = (text) => {
      const read = readSparseBlock(text)
      for (const fragment of read.fragments) all.push(fragment)
      if (read.more && all.length < maxExtensionBytes) return headerBlock
      takeNext = takeHeader
      return finishEntry(tarEntry, { size, fragments: all }, tarEntry.stored)
    }
    return headerBlock
  }

  function takeSparseMap(tarEntry: TarEntry, size: number): Next {
    const reader = createSparseMapReader()
    let mapBytes = 0
    const expectBlock = (): Next => {
      if (mapBytes + blockSize > tarEntry.stored)
        throw corruptWare('a sparse map does not end')
      return headerBlock
    }
    takeNext = (text) => {
      mapBytes += text.length
      const fragments = reader.push(text)
      if (fragments === undefined) return expectBlock()
      takeNext = takeHeader
      return finishEntry(tarEntry, { size, fragments }, tarEntry.stored - mapBytes)
    }
    return expectBlock()
  }
}

function extend(before: Extensions, type: string, text: RawText): Extensions {
  switch (type) {
    case 'x':
      return { ...before, pax: readPaxRecords(text) }
    case 'L':
      return { ...before, longName: untilNul(text) }
    case 'K':
      return { ...before, longTarget: untilNul(text) }
    default:
      return before // global headers are left out, as rio does
  }
}

function finishEntry(
  { entry, isHardlink }: TarEntry,
  sparse: SparseMap | undefined,
  stored: number,
): Next {
  if (sparse === undefined) return { kind: 'entry', entry, isHardlink, stored }
  const checked = checkSparseMap(sparse, stored)
  return {
    kind: 'entry',
    entry: { ...entry, size: checked.size },
    isHardlink,
    stored,
    sparse: checked,
  }
}
