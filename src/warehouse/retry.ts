// Trying again: which answers are worth it, how often, and how long to wait between.

import { backOff, mostTries, pauseOnClock } from '../host/pause.ts'
import { readRetryAfter } from '../host/retry-after.ts'
import { HttpFailure, type HttpRequest, type HttpResponse } from '../http-exchange.ts'
import { throwIfCancelled } from './warehouse-problems.ts'
import type { WarehouseContext } from './warehouse.ts'

const longestPause = 30_000

export type RetryContext = Pick<WarehouseContext, 'send' | 'signal' | 'wait'>

/**
 * Sends a request until there is an answer that stands, three times at most. The request is made
 * anew each time: a signature is valid for some minutes only.
 * @returns the last answer, also when it is still one that another try might have changed
 * @throws HttpFailure of the last try; R2k8sError `cancelled`
 */
export async function sendWithRetries(
  makeRequest: () => HttpRequest | Promise<HttpRequest>,
  context: RetryContext,
): Promise<HttpResponse> {
  for (let tries = 1; ; tries++) {
    throwIfCancelled(context.signal)
    const request = await makeRequest()
    const result = await tryOnce(request, context)
    const pause = tries < mostTries ? pauseAfter(result, tries) : undefined
    if (pause === undefined) {
      if (result instanceof HttpFailure) throw result
      return result
    }
    if (!(result instanceof HttpFailure)) await result.discard()
    await waitFor(pause, context)
  }
}

async function tryOnce(
  request: HttpRequest,
  { send, signal }: RetryContext,
): Promise<HttpResponse | HttpFailure> {
  try {
    return await send(signal === undefined ? request : { ...request, signal })
  } catch (error) {
    throwIfCancelled(signal)
    if (error instanceof HttpFailure) return error
    throw error
  }
}

const passingStatuses: readonly number[] = [408, 425, 429, 500, 502, 503, 504]

/** In milliseconds; undefined when the result stands. */
function pauseAfter(
  result: HttpResponse | HttpFailure,
  tries: number,
): number | undefined {
  if (result instanceof HttpFailure) return result.retry ? backOff(tries) : undefined
  if (!passingStatuses.includes(result.status)) return undefined
  const asked = readRetryAfter(result.headers['retry-after'], Date.now())
  if (asked === undefined) return backOff(tries)
  // Rather another warehouse now than this one in some minutes.
  return asked > longestPause ? undefined : asked
}

export async function waitFor(
  milliseconds: number,
  { wait = pauseOnClock, signal }: Pick<WarehouseContext, 'wait' | 'signal'>,
): Promise<void> {
  throwIfCancelled(signal)
  await wait(milliseconds, signal)
  throwIfCancelled(signal)
}
