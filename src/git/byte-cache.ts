// Keeps what was used last, up to a number of bytes.

export interface ByteCache<Value> {
  readonly get: (key: number) => Value | undefined
  readonly put: (key: number, value: Value) => void
}

export function createByteCache<Value extends { readonly bytes: Uint8Array }>(
  mostBytes: number,
): ByteCache<Value> {
  // A Map keeps the order in which its keys came.
  const values = new Map<number, Value>()
  let held = 0

  function remove(key: number): Value | undefined {
    const value = values.get(key)
    if (value === undefined) return undefined
    values.delete(key)
    held -= costOf(value)
    return value
  }

  function put(key: number, value: Value): void {
    remove(key)
    values.set(key, value)
    held += costOf(value)
    for (const oldest of values.keys()) {
      // The newest stays whatever its size: the next delta is most likely one of it.
      if (held <= mostBytes || oldest === key) return
      remove(oldest)
    }
  }

  return {
    put,
    get: (key) => {
      const value = remove(key)
      if (value !== undefined) put(key, value)
      return value
    },
  }
}

/** Many tiny ones take memory, too. */
function costOf({ bytes }: { readonly bytes: Uint8Array }): number {
  return bytes.length + 200
}
