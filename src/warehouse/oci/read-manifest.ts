// A manifest of a registry, by tag or by digest, checked as far as it can be.

import { quote } from '../../errors.ts'
import { isDigest, matchesDigest } from './digest.ts'
import { readBounded } from './read-bounded.ts'
import type { RegistryClient } from './registry-client.ts'
import { RegistryFailure } from './registry-failure.ts'

const longestManifest = 4 * 1024 * 1024

export interface FoundManifest {
  readonly bytes: Uint8Array
  /** As the answer's header says. */
  readonly mediaType: string
}

/**
 * `undefined` when the registry has none of that name.
 * @throws RegistryFailure, HttpFailure; R2k8sError `cancelled`
 */
export async function readManifest(
  client: RegistryClient,
  reference: string,
  accepted: readonly string[],
): Promise<FoundManifest | undefined> {
  const response = await client.send({
    method: 'GET',
    url: client.url(`manifests/${reference}`),
    access: 'pull',
    headers: { accept: accepted.join(', ') },
    expected: [200, 404],
  })
  if (response.status === 404) {
    await response.discard()
    return undefined
  }
  const bytes = await readBounded(response, longestManifest)
  const from = `the registry ${quote(client.registry)}`
  if (bytes === undefined) {
    throw new RegistryFailure(`${from} gives a manifest above ${longestManifest} bytes`)
  }
  // By tag, the registry's word on what it sent is all there is; it shows what a proxy mangled.
  const stated = response.headers['docker-content-digest']
  const wrong = [isDigest(reference) ? reference : undefined, stated].find(
    (digest) => isDigest(digest) && !matchesDigest(bytes, digest),
  )
  if (wrong !== undefined) {
    throw new RegistryFailure(`${from} gives a manifest whose digest is not ${wrong}`)
  }
  const mediaType = (response.headers['content-type'] ?? '').replace(/;.*/s, '').trim()
  return { bytes, mediaType }
}
