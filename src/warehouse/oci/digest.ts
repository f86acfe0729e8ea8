// Digests as registries write them, and bytes held to them while they pass.

import { createHash } from 'node:crypto'
import { corruptWare } from '../../ware/ware-problems.ts'

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** Of these algorithms alone: a digest that cannot be checked is none. */
export function isDigest(text: unknown): text is string {
  return typeof text === 'string' && digestForm.test(text)
}

export function digestOf(bytes: Uint8Array, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Whether these bytes are what the digest names. */
export function matchesDigest(bytes: Uint8Array, digest: string): boolean {
  return digestOf(bytes, algorithmOf(digest)) === digest
}

/**
 * The bytes as they come. Whether they are the right ones is known at their end only: no sooner
 * than that may anything of them be shown.
 * @throws R2k8sError ware-corrupt at the end, or as soon as there are too many
 */
export async function* verifyBytes(
  bytes: AsyncIterable<Uint8Array>,
  expected: { readonly digest: string; readonly size: number },
): AsyncGenerator<Uint8Array> {
  const { digest, size } = expected
  let length = 0
  async function* counted() {
    for await (const chunk of bytes) {
      length += chunk.length
      if (length > size) throw corruptWare(`more than the ${size} bytes it should have`)
      yield chunk
    }
    if (length < size) throw corruptWare(`${length} bytes, and it should have ${size}`)
  }
  yield* verifyDigest(counted(), digest)
}

/** The same where the size is not known. */
export async function* verifyDigest(
  bytes: AsyncIterable<Uint8Array>,
  digest: string,
): AsyncGenerator<Uint8Array> {
  const algorithm = algorithmOf(digest)
  const hash = createHash(algorithm)
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  const found = `${algorithm}:${hash.digest('hex')}`
  if (found === digest) return
  throw corruptWare(`its digest is ${found}, and it should be ${digest}`)
}

function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'))
}
