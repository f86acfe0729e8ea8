// The slowest that a server may be. One that sends a byte now and then is never silent, and would keep
// its reader for ever from one that works.

/** At least so many bytes in so many seconds of waiting for them. */
export interface Pace {
  readonly bytes: number
  readonly seconds: number
}

/**
 * Hands the chunks on. Only the time in which we wait for the server counts, not the time in which
 * the reader keeps us waiting.
 * @throws what `tooSlow` gives, when the next chunk comes: a wait without end is for another limit
 */
export async function* keepPace(
  body: AsyncIterable<Uint8Array>,
  leastPace: Pace,
  tooSlow: () => Error,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  let waited = 0
  let since = performance.now()
  for await (const chunk of body) {
    bytes += chunk.length
    waited += performance.now() - since
    if (bytes >= leastPace.bytes) {
      bytes = 0
      waited = 0
    } else if (waited >= leastPace.seconds * 1000) {
      throw tooSlow()
    }
    yield chunk
    since = performance.now()
  }
}
