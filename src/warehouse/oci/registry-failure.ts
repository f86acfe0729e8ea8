// What a registry would not do, in words. Inside this folder only: the warehouse turns it into an
// outcome or an error of the program.

import { escapeControls, quote } from '../../errors.ts'
import type { HttpResponse } from '../../http-exchange.ts'
import { isString, member, memberArray, type JsonValue } from '../../json.ts'
import { parseJsonBytes, readBounded } from './read-bounded.ts'

export class RegistryFailure extends Error {
  override readonly name = 'RegistryFailure'
  /** Of the answer; `undefined` when there was none, or none that could be used. */
  readonly status: number | undefined

  constructor(why: string, status?: number, options?: ErrorOptions) {
    super(why, options)
    this.status = status
  }
}

/** Reads what the registry says of it and lets go of the answer. */
export async function failureOf(
  registry: string,
  response: HttpResponse,
): Promise<RegistryFailure> {
  const words = await readWords(response)
  const why = `the registry ${quote(registry)} answers ${response.status}${words}`
  return new RegistryFailure(why, response.status)
}

const longestAnswer = 64 * 1024

/** ` ("DENIED: requested access to the resource is denied")`, or nothing. */
async function readWords(response: HttpResponse): Promise<string> {
  let text
  try {
    text = await readBounded(response, longestAnswer)
  } catch {
    return '' // The status says enough, and is what is reported.
  }
  const errors = memberArray(
    text === undefined ? undefined : parseJsonBytes(text),
    'errors',
  )
  const words = errors.slice(0, 2).map(describe).filter(isString)
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

function describe(error: JsonValue): string | undefined {
  const parts = [member(error, 'code'), member(error, 'message')].filter(isString)
  return parts.length === 0 ? undefined : quoteLong(parts.join(': '))
}

/** `quote` cuts at 60 characters; the sentences of registries are longer. */
function quoteLong(text: string): string {
  return escapeControls(JSON.stringify(text.slice(0, 200)))
}
