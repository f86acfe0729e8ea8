// Where the parts of an OCI image come from: a registry, or a layout on disk.

import { Buffer } from 'node:buffer'
import { quote } from '../../errors.ts'
import { HttpFailure } from '../../http-exchange.ts'
import { corruptWare } from '../../ware/ware-problems.ts'
import { verifyBytes } from '../../warehouse/oci/digest.ts'
import { openBlob } from '../../warehouse/oci/read-blob.ts'
import { readManifest } from '../../warehouse/oci/read-manifest.ts'
import { createRegistryClient } from '../../warehouse/oci/registry-client.ts'
import { RegistryFailure } from '../../warehouse/oci/registry-failure.ts'
import type { Descriptor } from '../../warehouse/oci/ware-manifest.ts'
import type { ImageFiles } from './image-files.ts'
import { imageProblem } from './image-problems.ts'
import type { ImageReference } from './image-reference.ts'
import type { ImageContext } from './image-source.ts'
import { manifestTypes } from './manifest-types.ts'

export interface ImageStore {
  readonly name: string
  /** A manifest or an index. @throws R2k8sError */
  readonly readManifest: (descriptor: Descriptor) => Promise<Uint8Array>
  /** Fails at the end when the bytes are not those of the descriptor. @throws R2k8sError */
  readonly openBlob: (descriptor: Descriptor) => Promise<AsyncIterable<Uint8Array>>
  readonly close: () => Promise<void>
}

export interface RegistryStore extends ImageStore {
  readonly readTag: (reference: string) => Promise<Uint8Array>
}

export function registryStore(
  place: Extract<ImageReference, { kind: 'registry' }>,
  context: ImageContext,
): RegistryStore {
  const client = createRegistryClient(place, context)
  const name = `${place.registry}/${place.repository}`

  async function read(reference: string): Promise<Uint8Array> {
    const found = await explained(() => readManifest(client, reference, manifestTypes))
    if (found !== undefined) return found.bytes
    const why = `the registry ${quote(place.registry)} has no ${quote(`${place.repository}:${reference}`)}`
    throw imageProblem('ware-not-found', why)
  }

  return {
    name: quote(name),
    readTag: read,
    readManifest: ({ digest }) => read(digest),
    openBlob: async (descriptor) => {
      const outcome = await explained(() => openBlob(client, descriptor, context))
      if (outcome.kind === 'found') return outcome.ware.bytes
      throw imageProblem('warehouse-unavailable', outcome.why)
    },
    close: () => Promise.resolve(),
  }
}

async function explained<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof RegistryFailure) && !(error instanceof HttpFailure))
      throw error
    throw imageProblem('warehouse-unavailable', error.message, { cause: error })
  }
}

/** Digests are checked before: they are safe as parts of a path. */
export function layoutStore(files: ImageFiles): ImageStore {
  async function open(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>> {
    const file = await files.open(`blobs/${descriptor.digest.replace(':', '/')}`)
    if (file !== undefined) return verifyBytes(file.bytes, descriptor)
    throw imageProblem('ware-not-found', `${files.name} has no ${descriptor.digest}`)
  }
  return {
    name: files.name,
    readManifest: async (descriptor) => readShort(await open(descriptor)),
    openBlob: open,
    close: files.close,
  }
}

const longestManifest = 4 * 1024 * 1024

/** Manifests and configurations. @throws R2k8sError ware-corrupt when it is longer than those are */
export async function readShort(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > longestManifest) {
      throw corruptWare(`a manifest or configuration above ${longestManifest} bytes`)
    }
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}
