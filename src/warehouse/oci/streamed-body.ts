// From calls that write to a body that is read: one chunk at a time, each side waiting for the other.

import { Buffer } from 'node:buffer'

export interface StreamedBody {
  readonly body: AsyncIterable<Uint8Array>
  /** Done once the reader has asked for more. Fails when the reader has given up. */
  readonly write: (chunk: Uint8Array) => Promise<void>
  readonly end: () => void
  /** Both sides fail from now on. */
  readonly fail: (error: unknown) => void
}

export function createStreamedBody(): StreamedBody {
  let waiting: Uint8Array | undefined
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let wake: () => void = nothing
  let taken: () => void = nothing

  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (failure !== undefined) throw failure.error
        if (waiting !== undefined) {
          const chunk = waiting
          waiting = undefined
          yield chunk
          taken()
        } else if (ended) return
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      if (!ended) fail(new Error('the body is read no longer'))
    }
  }

  async function write(chunk: Uint8Array): Promise<void> {
    if (failure !== undefined) throw failure.error
    if (chunk.length === 0) return
    await new Promise<void>((resolve) => {
      // Sockets keep what they are given; the caller reuses it.
      waiting = Buffer.from(chunk)
      taken = resolve
      wake()
    })
    // It may have been set while this waited.
    throwFailure()
  }

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error
  }

  function fail(error: unknown): void {
    failure ??= { error }
    wake()
    taken()
  }

  return {
    body: { [Symbol.asyncIterator]: read },
    write,
    end: () => {
      ended = true
      wake()
    },
    fail,
  }
}

function nothing(): void {
  // Nobody waits yet.
}
