// Records → an archive of either packtype, compressed on the way.

import type { EntrySink } from '../ware/entry.ts'
import { createTarWriter } from '../ware/tar/tar-writer.ts'
import { openCompressor, type WritableCompression } from './compress.ts'
import { createZipWriter } from './write-zip.ts'

export interface ArchiveWriterOptions {
  readonly packtype: 'tar' | 'zip'
  /** Of a tar; a zip archive compresses in its own way. */
  readonly compression: WritableCompression
  readonly level?: number
  readonly write: (block: Uint8Array) => Promise<void>
}

export interface ArchiveWriter extends EntrySink {
  /** Resolves when everything has been written. */
  readonly finish: () => Promise<void>
  /** Resolves when `write` is not being called and will not be. Never rejects. */
  readonly abort: () => Promise<void>
}

export function openArchiveWriter(options: ArchiveWriterOptions): ArchiveWriter {
  const { packtype, compression } = options
  const isZip = packtype === 'zip'
  const compressor = openCompressor({
    ...options,
    compression: isZip ? 'none' : compression,
  })
  const writer = isZip
    ? createZipWriter(compressor.push)
    : createTarWriter(compressor.push)
  return {
    entry: writer.entry,
    content: writer.content,
    endFile: writer.endFile,
    pause: compressor.pause,
    finish: async () => {
      writer.end()
      await compressor.finish()
    },
    abort: compressor.abort,
  }
}
