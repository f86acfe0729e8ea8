// An input that one connection after the other may read, and that knows how far it was read.

export interface SharedInput {
  /** Whoever is told to return takes nothing any more; the next one goes on there. */
  readonly stdin: AsyncIterable<Uint8Array>
  /** Handed out so far. */
  readonly bytes: () => number
  /** All was handed out, and its end was told. */
  readonly isAtEnd: () => boolean
  /** What was handed out last has not led to asking for more. */
  readonly isHeldUp: () => boolean
  /** What the source has thrown. */
  readonly failure: () => unknown
}

/** @param source read when somebody asks; never closed */
export function shareInput(source: AsyncIterable<Uint8Array>): SharedInput {
  let reader: AsyncIterator<Uint8Array> | undefined
  let reading: Promise<IteratorResult<Uint8Array>> | undefined
  let bytes = 0
  let isAtEnd = false
  let isHeldUp = false
  let failure: unknown

  function read(): Promise<IteratorResult<Uint8Array>> {
    reader ??= source[Symbol.asyncIterator]()
    reading ??= reader.next()
    return reading
  }

  function iterate(): AsyncIterator<Uint8Array> {
    let hasLeft = false
    return {
      next: async () => {
        isHeldUp = false
        try {
          const found = await read()
          // Kept for who comes next.
          if (hasLeft) return over
          reading = undefined
          if (found.done === true) isAtEnd = true
          else {
            bytes += found.value.length
            isHeldUp = true
          }
          return found
        } catch (error) {
          failure = error
          throw error
        }
      },
      return: () => {
        hasLeft = true
        return Promise.resolve(over)
      },
    }
  }

  return {
    stdin: { [Symbol.asyncIterator]: iterate },
    bytes: () => bytes,
    isAtEnd: () => isAtEnd,
    isHeldUp: () => isHeldUp,
    failure: () => failure,
  }
}

const over = { done: true, value: undefined } as const
