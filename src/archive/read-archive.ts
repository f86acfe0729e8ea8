// An archive of either packtype → records.

import { Buffer } from 'node:buffer'
import { R2k8sError } from '../errors.ts'
import type { Compression } from '../ware/compression.ts'
import type { EntrySink } from '../ware/entry.ts'
import { createTarReader, type TarReaderOptions } from '../ware/tar/tar-reader.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import { decompress } from './decompress.ts'
import { headBytes, whyNoTar } from './explain-content.ts'
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
  let head: Uint8Array = new Uint8Array(0)
  try {
    for await (const chunk of inflated) {
      if (head.length < headBytes) head = Buffer.concat([head, chunk], headLength(chunk))
      reader.push(chunk)
      const wait = sink.pause?.()
      if (wait !== undefined) await wait
    }
    reader.end()
  } catch (error) {
    throw explained(error, head, compression)
  }
  return { compression }

  function headLength(chunk: Uint8Array): number {
    return Math.min(head.length + chunk.length, headBytes)
  }
}

/** Of what is no tar at all, the fault of its first header would only mislead. */
function explained(error: unknown, head: Uint8Array, compression: Compression): unknown {
  if (!(error instanceof R2k8sError) || error.code !== 'ware-corrupt') return error
  const why = whyNoTar(head)
  if (why === undefined) return error
  const where = compression === 'none' ? '' : `what is in the ${compression} data: `
  return corruptWare(where + why, [], error)
}
