// A blob of a registry, held to its digest, gone on with where connections break.

import { HttpFailure, type HttpResponse } from '../../http-exchange.ts'
import { openDownload } from '../download.ts'
import { unavailable } from '../warehouse-problems.ts'
import type { OpenOutcome, WarehouseContext } from '../warehouse.ts'
import { verifyBytes } from './digest.ts'
import type { RegistryClient } from './registry-client.ts'
import { RegistryFailure } from './registry-failure.ts'
import type { Descriptor } from './ware-manifest.ts'

/** @throws RegistryFailure; R2k8sError `cancelled` */
export async function openBlob(
  client: RegistryClient,
  { digest, size }: Descriptor,
  context: WarehouseContext,
): Promise<OpenOutcome> {
  const url = client.url(`blobs/${digest}`).href
  const outcome = await openDownload(
    {
      request: (headers) => ({ method: 'GET', url, headers }),
      explain: (response) => explain(client, response),
    },
    { ...context, send: sendImmutable(client, digest) },
  )
  if (outcome.kind !== 'found') return outcome
  const { ware } = outcome
  if (ware.size !== undefined && ware.size !== size) {
    await ware.close()
    const why = `it has a layer of ${ware.size} bytes, and its manifest says ${size}`
    return { kind: 'unavailable', why }
  }
  const bytes = explained(verifyBytes(ware.bytes, { digest, size }))
  return { kind: 'found', ware: { size, bytes, close: () => ware.close() } }
}

async function explain(
  client: RegistryClient,
  response: HttpResponse,
): Promise<OpenOutcome> {
  const { message } = await client.failure(response)
  return { kind: 'unavailable', why: `${message} for the layer` }
}

/** What goes by its digest never changes, so every part of it goes with every other. */
function sendImmutable(client: RegistryClient, digest: string) {
  const send = client.sendOnce('pull')
  return async (request: Parameters<typeof send>[0]): Promise<HttpResponse> => {
    const headers = { ...request.headers }
    // Registries that give no ETag would answer it with everything.
    delete headers['if-range']
    const response = await send({ ...request, headers })
    return { ...response, headers: { ...response.headers, etag: `"${digest}"` } }
  }
}

async function* explained(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (error) {
    if (error instanceof RegistryFailure || error instanceof HttpFailure) {
      throw unavailable(error.message, error)
    }
    throw error
  }
}
