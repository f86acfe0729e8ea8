// Results that are asked for again and again, kept up to a number.

/** `make` must be pure. Past `limit` distinct keys it is called each time. */
export function memoize<T>(make: (key: string) => T, limit: number): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    if (known.size < limit) known.set(key, made)
    return made
  }
}
