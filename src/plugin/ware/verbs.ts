// What `ware pack`, `unpack`, `scan`, `mirror`, `index` and `import` do.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { importImage } from '../../transfer/import-image.ts'
import { indexWare } from '../../transfer/index-ware.ts'
import { packWare } from '../../transfer/pack-ware.ts'
import { scanWare } from '../../transfer/scan-ware.ts'
import { unpackWare } from '../../transfer/unpack-ware.ts'
import { makeEntryFilter } from '../../ware/entry-filter.ts'
import type { FilterPreset } from '../../ware/filters.ts'
import { formatWareId, parseWareId, type WareId } from '../../ware/ware-id.ts'
import type { WareIndex } from '../../ware/ware-index.ts'
import type { Io } from '../io.ts'
import { archiveTypeOf, type ArchiveType } from './archive-type.ts'
import { checkCompression } from './check-compression.ts'
import { mirrorToAll } from './mirror-to-all.ts'
import { readFilters, usageProblem } from './read-filters.ts'
import { whyBlank } from './why-blank.ts'
import { withTransfer, type TransferOptions } from './with-transfer.ts'

export interface PackOptions extends TransferOptions {
  readonly target?: readonly string[]
  readonly filters?: string
  readonly compression: 'gzip' | 'zstd' | 'none'
  readonly level?: number
}

export async function warePack(
  packtype: ArchiveType,
  path: string,
  options: PackOptions,
  io: Io,
): Promise<void> {
  await withTransfer(options, io, async (context, output) => {
    const words = readFilters(options.filters, 'pack-conservative', 'pack')
    const from = resolve(io.cwd, path)
    const { result } = await packWare(
      { ...packing(packtype, words, options, io), path: from },
      context,
    )
    if (result.hash === '-') {
      const message = whyBlank(from, path)
      context.report({ kind: 'log', level: 'warn', message })
    }
    output.result(formatWareId(result))
  })
}

function packing(
  packtype: ArchiveType,
  words: FilterPreset,
  options: PackOptions,
  io: Io,
) {
  const { target = [], compression, level } = options
  checkCompression(packtype, options)
  return {
    packtype,
    filter: makeEntryFilter(words, io.user),
    addresses: target,
    compression,
    ...(level !== undefined && { level }),
  }
}

export interface UnpackOptions extends TransferOptions {
  readonly source?: readonly string[]
  readonly filters?: string
  readonly placer: 'copy' | 'direct' | 'none' | 'mount'
}

export async function wareUnpack(
  ware: string,
  path: string,
  options: UnpackOptions,
  io: Io,
): Promise<void> {
  await withTransfer(options, io, async (context, output) => {
    const wareId = readId(ware)
    const { placer } = options
    if (placer === 'mount') {
      throw usageProblem(
        'unpack a ware',
        'mounting needs privileges that this program never asks for',
        ['--placer copy or --placer direct'],
      )
    }
    if (path === '-' && placer !== 'none') {
      throw usageProblem('unpack a ware', '"-" is no destination: it stands for none', [
        '--placer none only fills the cache; a directory of this name is ./-',
      ])
    }
    const words = readFilters(options.filters, 'unpack-low-privilege', 'unpack')
    const placed = await unpackWare(
      {
        wareId,
        addresses: options.source ?? [],
        filter: makeEntryFilter(words, io.user),
        rejects: Object.values(words).includes('reject'),
        owners: 'keep-if-root',
        placer,
        destination: resolve(io.cwd, path),
      },
      context,
    )
    if (givesAway(words, io)) {
      const message = 'only root can give files away: those of others belong to you'
      context.report({ kind: 'log', level: 'warn', message })
    }
    output.result(formatWareId(placed))
  })
}

function givesAway({ uid, gid }: FilterPreset, { user }: Io): boolean {
  if (user.uid === 0) return false
  const isMine = (word: string, own: number) => word === 'mine' || word === String(own)
  return !isMine(uid, user.uid) || !isMine(gid, user.gid)
}

export interface ScanOptions extends TransferOptions {
  readonly source: string
  readonly filters?: string
}

export async function wareScan(
  packtype: ArchiveType,
  options: ScanOptions,
  io: Io,
): Promise<void> {
  await withTransfer(options, io, async (context, output) => {
    const words = readFilters(options.filters, 'unpack-conservative', 'unpack')
    const filter = makeEntryFilter(words, io.user)
    const { filteredHash } = await scanWare(
      { packtype, address: options.source, filter },
      context,
    )
    output.result(`${packtype}:${filteredHash}`)
  })
}

export interface MirrorOptions extends TransferOptions {
  readonly source?: readonly string[]
  readonly target: readonly string[]
}

export async function wareMirror(
  ware: string,
  options: MirrorOptions,
  io: Io,
): Promise<void> {
  await withTransfer(options, io, async (context, output) => {
    const { source = [], target: targets } = options
    await mirrorToAll({ wareId: readId(ware), addresses: source, targets }, context)
    output.result(ware)
  })
}

export interface IndexOptions extends TransferOptions {
  readonly source?: readonly string[]
  readonly program?: string
}

export async function wareIndex(
  what: string,
  options: IndexOptions,
  io: Io,
): Promise<void> {
  await withTransfer({ ...options, format: 'dumb' }, io, async (context) => {
    const { source = [], program } = options
    const forProgram = program === undefined ? {} : { program }
    const parsed = parseWareId(what)
    let found: { ware: string; index: WareIndex | undefined }
    if ('wareId' in parsed) {
      const { wareId } = parsed
      const index = await indexWare({ wareId, addresses: source, ...forProgram }, context)
      found = { ware: formatWareId(wareId), index }
    } else {
      const path = resolve(io.cwd, what)
      const packtype = archiveTypeOf(path, parsed.why)
      const address = pathToFileURL(path).href
      const { hash, index, programMachine } = await scanWare(
        { packtype, address, index: forProgram },
        context,
      )
      const machine = programMachine === undefined ? {} : { machine: programMachine }
      found = { ware: `${packtype}:${hash}`, index: index && { ...index, ...machine } }
    }
    io.writeStdout(`${JSON.stringify({ ware: found.ware, ...found.index }, null, 2)}\n`)
  })
}

export interface ImportOptions extends PackOptions {
  readonly platform?: string
}

export async function wareImport(
  image: string,
  options: ImportOptions,
  io: Io,
): Promise<void> {
  await withTransfer(options, io, async (context, output) => {
    const words = readFilters(options.filters, 'pack-lossless', 'pack')
    const { platform } = options
    const { result } = await importImage(
      {
        ...packing('tar', words, options, io),
        image,
        ...(platform !== undefined && { platform }),
      },
      context,
    )
    output.result(formatWareId(result))
  })
}

function readId(text: string): WareId {
  const parsed = parseWareId(text)
  if ('wareId' in parsed) return parsed.wareId
  throw usageProblem('understand the ware ID', parsed.why)
}
