// The time that one request has in all: its tries, and the pauses between them.

export interface Deadline {
  /** Comes when the time is over, and when that of the caller does. */
  readonly signal: AbortSignal | undefined
  /** In milliseconds. */
  readonly left: () => number
}

/** @param limit in milliseconds; 0 or undefined for none */
export function startDeadline(
  limit: number | undefined,
  signal: AbortSignal | undefined,
): Deadline {
  if (limit === undefined || limit === 0) return { signal, left: () => Infinity }
  const end = performance.now() + limit
  const over = new AbortController()
  const timer = setTimeout(() => {
    over.abort(new Error(`no answer within ${limit / 1000} s`))
  }, limit)
  timer.unref() // the connection keeps the program going, not the clock
  return {
    signal: AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]),
    left: () => end - performance.now(),
  }
}
