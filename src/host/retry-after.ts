// The header `retry-after` of answers that ask for another try.

/** Seconds or a date, in milliseconds from now; undefined for anything else. */
export function readRetryAfter(
  text: string | undefined,
  now: number,
): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
