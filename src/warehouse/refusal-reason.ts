// What a server says of a request that it refuses: a stranger's words, so few of them, and quoted.

import { quote } from '../errors.ts'
import type { HttpResponse } from '../http-exchange.ts'
import { readStart } from './object-store-error.ts'

/** Lets go of the body. @returns what is put behind the status; empty where nothing plain is said */
export async function readReason(
  response: HttpResponse,
  authorization: string | undefined,
): Promise<string> {
  const isPlain = /^text\/plain\b/i.test(response.headers['content-type'] ?? '')
  if (!isPlain || response.status < 400 || response.status > 499) {
    await response.discard()
    return ''
  }
  const text = (await readStart(response)).replace(/\s+/g, ' ').trim()
  // Some repeat the whole request.
  const secret = authorization?.split(' ').at(-1)
  const isTelling = secret !== undefined && text.includes(secret)
  return text === '' || isTelling ? '' : `: it says ${quote(text)}`
}
