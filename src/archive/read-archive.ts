// An archive of either packtype → records.

import type { Compression } from '../ware/compression.ts'
import type { EntrySink } from '../ware/entry.ts'
import { createTarReader, type TarReaderOptions } from '../ware/tar/tar-reader.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { decompress } from './decompress.ts'
import { readZip } from './read-zip.ts'

export interface ArchiveRequest {
  readonly packtype: 'tar' | 'zip'
  readonly bytes: AsyncIterable<Uint8Array>
  readonly sink: EntrySink
  readonly limits: UnpackLimits
  /** A private directory, asked for where the format has to be kept in a file first. */
  readonly scratch: () => string
  readonly tar?: TarReaderOptions
}

/**
 * Reads the archive to its end.
 * @throws R2k8sError ware-corrupt, inoperable-path; what `bytes` and `sink` throw passes through
 */
export async function readArchive(
  request: ArchiveRequest,
): Promise<{ compression: Compression }> {
  const { packtype, bytes, sink, limits, scratch } = request
  if (packtype === 'zip') {
    await readZip({ bytes, sink, limits, scratch: scratch() })
    return { compression: 'none' }
  }
  const { compression, bytes: inflated } = await decompress(bytes, limits)
  const reader = createTarReader(sink, limits, request.tar)
  for await (const chunk of inflated) {
    reader.push(chunk)
    const wait = sink.pause?.()
    if (wait !== undefined) await wait
  }
  reader.end()
  return { compression }
}
