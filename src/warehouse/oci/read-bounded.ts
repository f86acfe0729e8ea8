// Answers that are read as a whole, which only short ones may be.

import { Buffer } from 'node:buffer'
import type { HttpResponse } from '../../http-exchange.ts'
import { parseJson, type JsonValue } from '../../json.ts'

/** `undefined` when the answer is longer than `maxBytes`; then it is let go of. */
export async function readBounded(
  response: HttpResponse,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for await (const chunk of response.body) {
      length += chunk.length
      if (length > maxBytes) return undefined
      chunks.push(Buffer.from(chunk))
    }
  } finally {
    await response.discard()
  }
  return Buffer.concat(chunks)
}

/** `undefined` for what is no JSON. */
export function parseJsonBytes(bytes: Uint8Array): JsonValue | undefined {
  return parseJson(Buffer.from(bytes).toString('utf8'))
}
