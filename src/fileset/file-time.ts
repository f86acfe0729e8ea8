// Times between records and the system: Node takes a double of seconds and gives nanoseconds.

export interface FileTime {
  readonly seconds: number
  readonly nanoseconds: number
}

/** Above this a double has not even microseconds left. */
const finestSeconds = 2 ** 33

/**
 * For `utimes` and its kin. Never reaches the next second by rounding: the whole seconds are what
 * packing hashes. Text where it is negative: Node takes a negative number for "now".
 */
export function timeForUtimes({ seconds, nanoseconds }: FileTime): number | string {
  const fraction =
    Math.abs(seconds) < finestSeconds ? Math.min(nanoseconds, 999_999_000) / 1e9 : 0
  const time = seconds + fraction
  return time < 0 ? String(time) : time
}

/** Rounded down to whole seconds, before 1970 too. */
export function timeOfStat(nanoseconds: bigint): FileTime {
  const rest = nanoseconds % 1_000_000_000n
  const below = rest < 0n ? 1n : 0n
  return {
    seconds: Number(nanoseconds / 1_000_000_000n - below),
    nanoseconds: Number(rest + below * 1_000_000_000n),
  }
}
