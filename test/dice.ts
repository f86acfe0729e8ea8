// Random numbers that come again with the same seed.

/** xorshift32. */
export function createDice(seed: number): (sides: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return (sides) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % sides
  }
}
