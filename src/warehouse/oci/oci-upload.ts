// A ware on its way into a registry: the archive streams into a blob, and only the manifest, put
// last, makes it appear.

import { createHash } from 'node:crypto'
import { HttpFailure, type HttpResponse } from '../../http-exchange.ts'
import { throwIfCancelled, unreachable, unwritable } from '../warehouse-problems.ts'
import type { UploadRecord, WareUpload, WarehouseContext } from '../warehouse.ts'
import type { RegistryClient } from './registry-client.ts'
import { readManifest } from './read-manifest.ts'
import { RegistryFailure } from './registry-failure.ts'
import { createStreamedBody } from './streamed-body.ts'
import {
  emptyConfig,
  emptyDigest,
  manifestType,
  printWareManifest,
  readWareManifest,
  wareTag,
} from './ware-manifest.ts'

/** @throws R2k8sError as `Warehouse.create` says; so do the functions of the upload */
export async function createOciUpload(
  client: RegistryClient,
  context: WarehouseContext,
): Promise<WareUpload> {
  const place = await explained(context, () => beginBlob(client))
  const hash = createHash('sha256')
  let size = 0
  let stream: BlobStream | undefined
  let finished = false

  return {
    write: (chunk) =>
      explained(context, async () => {
        hash.update(chunk)
        size += chunk.length
        stream ??= streamBlob(client, place, context)
        await stream.write(chunk)
      }),
    commit: (record) =>
      explained(context, async () => {
        if (stream === undefined) throw new Error('a ware has bytes')
        const next = await stream.end()
        const layer = { digest: `sha256:${hash.digest('hex')}`, size }
        await closeBlob(client, next, layer.digest)
        finished = true
        // Put again, a tag would be refused where tags may not change.
        if (await hasWare(client, record)) return
        await putConfig(client)
        await putManifest(client, record, layer)
      }),
    discard: async () => {
      if (finished) return
      finished = true
      stream?.abort()
      await cancelBlob(client, place)
    },
  }
}

async function beginBlob(client: RegistryClient): Promise<URL> {
  const response = await client.send({
    method: 'POST',
    url: client.url('blobs/uploads/'),
    access: 'pull,push',
    headers: { 'content-length': '0' },
    expected: [202],
  })
  await response.discard()
  return client.locate(response)
}

interface BlobStream {
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Where to close the blob. */
  readonly end: () => Promise<URL>
  readonly abort: () => void
}

/** In one request of unknown length, as docker does it: not every registry takes several. */
function streamBlob(
  client: RegistryClient,
  place: URL,
  context: WarehouseContext,
): BlobStream {
  const stream = createStreamedBody()
  const stop = new AbortController()
  const { signal = stop.signal } = context
  const response = client.sendOnce('pull,push')({
    method: 'PATCH',
    url: place.href,
    headers: { 'content-type': 'application/octet-stream' },
    body: stream.body,
    signal: AbortSignal.any([signal, stop.signal]),
  })
  const next = response.then((answer) => readNext(client, answer))
  // Whoever writes learns of it at once, also while nobody waits for the answer.
  next.catch(stream.fail)
  const write = async (chunk: Uint8Array): Promise<void> => {
    try {
      await stream.write(chunk)
    } catch {
      // The body only knows that nobody reads it any more; the answer tells why.
      await next
      throw new RegistryFailure('the registry ended the upload before all was sent')
    }
  }
  return {
    write,
    end: async () => {
      stream.end()
      return next
    },
    abort: () => {
      stop.abort()
      stream.fail(new Error('the upload was discarded'))
    },
  }
}

async function readNext(client: RegistryClient, response: HttpResponse): Promise<URL> {
  if (response.status !== 202 && response.status !== 204) {
    throw await client.failure(response)
  }
  await response.discard()
  return client.locate(response)
}

async function closeBlob(
  client: RegistryClient,
  place: URL,
  digest: string,
  body = new Uint8Array(),
): Promise<void> {
  // Appended by hand: the query may be signed, and is not to be written anew.
  const separator = place.search === '' ? '?' : '&'
  const url = new URL(`${place.href}${separator}digest=${encodeURIComponent(digest)}`)
  const response = await client.send({
    method: 'PUT',
    url,
    access: 'pull,push',
    headers: { 'content-type': 'application/octet-stream' },
    body,
    expected: [201, 204],
  })
  await response.discard()
}

async function hasWare(client: RegistryClient, record: UploadRecord): Promise<boolean> {
  const tag = wareTag(record.wareId)
  const found = await readManifest(client, tag, [manifestType])
  if (found === undefined) return false
  const read = readWareManifest(found.bytes, record.wareId)
  return 'manifest' in read && (await hasBlob(client, read.manifest.layer))
}

async function hasBlob(
  client: RegistryClient,
  { digest, size }: { readonly digest: string; readonly size: number },
): Promise<boolean> {
  const response = await client.send({
    method: 'HEAD',
    url: client.url(`blobs/${digest}`),
    access: 'pull,push',
    expected: [200, 404],
  })
  await response.discard()
  const stated = response.headers['content-length'] ?? String(size)
  return response.status === 200 && Number(stated) === size
}

async function putConfig(client: RegistryClient): Promise<void> {
  if (await hasBlob(client, { digest: emptyDigest, size: emptyConfig.length })) return
  await closeBlob(client, await beginBlob(client), emptyDigest, emptyConfig)
}

async function putManifest(
  client: RegistryClient,
  record: UploadRecord,
  layer: { readonly digest: string; readonly size: number },
): Promise<void> {
  const response = await client.send({
    method: 'PUT',
    url: client.url(`manifests/${wareTag(record.wareId)}`),
    access: 'pull,push',
    headers: { 'content-type': manifestType },
    body: printWareManifest(record, layer),
    expected: [200, 201, 202],
  })
  await response.discard()
}

/** What cannot be cancelled the registry gives up by itself, some time later. */
async function cancelBlob(client: RegistryClient, place: URL): Promise<void> {
  try {
    const { href } = place
    const answer = client.sendOnce('pull,push')({ method: 'DELETE', url: href })
    await (await answer).discard()
  } catch (error) {
    if (!(error instanceof HttpFailure) && !(error instanceof RegistryFailure))
      throw error
  }
}

async function explained<T>(
  { signal }: WarehouseContext,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throwIfCancelled(signal)
    if (error instanceof HttpFailure) throw unreachable(error.message, error)
    if (error instanceof RegistryFailure) {
      throw isPassing(error.status)
        ? unreachable(error.message, error)
        : unwritable(error.message, { cause: error })
    }
    throw error
  }
}

function isPassing(status: number | undefined): boolean {
  return status !== undefined && (status >= 500 || status === 429)
}
