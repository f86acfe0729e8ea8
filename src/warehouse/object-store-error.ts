// What an object store means by its XML of an error.

import { HttpFailure, type HttpResponse } from '../http-exchange.ts'
import { explainAnswer } from './write-request.ts'

export interface StoreError {
  readonly kind: 'absent' | 'unavailable'
  /** `NoSuchKey`, `AccessDenied`, …; undefined when the body has none, as with HEAD. */
  readonly code: string | undefined
  readonly text: string
}

/** Lets go of the body. */
export async function explainStoreError(
  response: HttpResponse,
  isAnonymous: boolean,
): Promise<StoreError> {
  const code = readTag(await readStart(response), 'Code')
  const region = response.headers['x-amz-bucket-region']
  const details = [
    ...(code === undefined ? [] : [code]),
    ...(isAnonymous && response.status === 403 ? ['no credentials were found'] : []),
    ...(region !== undefined && [301, 307, 400].includes(response.status)
      ? [`the bucket is in the region ${readWord(region)}`]
      : []),
  ]
  const answer = explainAnswer(response)
  const text = details.length === 0 ? answer : `${answer}: ${details.join(', ')}`
  // Without the right to list a bucket S3 answers 403 for what is not there: no way to tell.
  const isAbsent = response.status === 404 && (code === undefined || code === 'NoSuchKey')
  return { kind: isAbsent ? 'absent' : 'unavailable', code, text }
}

const mostBytes = 16 * 1024
/** In milliseconds: no silence is long enough to notice a server that sends byte by byte. */
const longestRead = 10_000

/** As much of a body as an error or a short answer takes; the rest is let go. */
export async function readStart(response: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const timer = setTimeout(() => void response.discard(), longestRead)
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk)
      length += chunk.length
      if (length >= mostBytes) break
    }
  } catch (error) {
    // The status is known, and it says more than why its explanation broke off.
    if (!(error instanceof HttpFailure)) throw error
  } finally {
    clearTimeout(timer)
  }
  await response.discard()
  return Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8')
}

/** The text of the first element of that name; only where it is short and plain. */
export function readTag(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]{1,1024})</${name}>`).exec(xml)?.[1]
  if (text === undefined || name !== 'Code') return text
  return /^[A-Za-z0-9.]{1,64}$/.test(text) ? text : undefined
}

function readWord(text: string): string {
  return /^[a-z0-9-]{1,32}$/.test(text) ? text : '…'
}
