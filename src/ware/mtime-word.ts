// The time of an mtime filter: `@seconds` or RFC 3339, in whole unix seconds.

/** `undefined` for anything else, and for times before 1970, on which rio panics. */
export function parseMtimeWord(word: string): number | undefined {
  const seconds = word.startsWith('@')
    ? readUnixSeconds(word.slice(1))
    : readRfc3339(word)
  return seconds !== undefined && seconds >= 0 ? seconds : undefined
}

function readUnixSeconds(text: string): number | undefined {
  if (!/^\+?[0-9]{1,19}$/.test(text)) return undefined
  const seconds = Number(text)
  return Number.isSafeInteger(seconds) ? seconds : undefined
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|([+-])(\d\d):(\d\d))$/

function readRfc3339(text: string): number | undefined {
  const match = rfc3339.exec(text)
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number)
  const offset = Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)
  if (hour > 23 || minute > 59 || second > 59 || offset > 24 * 60) return undefined
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() / 1000 - (match[7] === '-' ? -offset : offset) * 60
}
