// The log of a fetcher (src/agent/report-lines.ts) → what it fetched, how long that took, and what it
// warned of.

import { member, memberString, type JsonValue, parseJson } from '../../json.ts'
import type { Transfer } from './model.ts'

export interface FetchLog {
  readonly transfers: readonly Transfer[]
  readonly warnings: readonly string[]
  /** RFC 3339, of the last line. */
  readonly lastAt: string | undefined
}

interface Progress {
  readonly transfer: Transfer
  readonly since: string
}

/** Lines that are none of the fetcher's are passed over. */
export function readFetchLog(lines: readonly string[]): FetchLog {
  const transfers = new Map<string, Progress>()
  const warnings = new Set<string>()
  let lastAt: string | undefined
  for (const line of lines) {
    const entry = parseJson(line)
    const time = memberString(entry, 'time')
    if (time === undefined) continue
    lastAt = time
    const progress = member(entry, 'progress')
    const ware = memberString(progress, 'ware')
    if (ware !== undefined) {
      transfers.set(ware, advance(transfers.get(ware), progress, { ware, time }))
    }
    const message = memberString(entry, 'msg')
    if (memberString(entry, 'level') === 'warn' && message !== undefined) {
      warnings.add(message)
    }
  }
  return {
    transfers: [...transfers.values()].map(({ transfer }) => transfer),
    warnings: [...warnings],
    lastAt,
  }
}

/** Its first line stands for its begin: the request for it came shortly before. */
function advance(
  known: Progress | undefined,
  progress: JsonValue | undefined,
  { ware, time }: { readonly ware: string; readonly time: string },
): Progress {
  const done = member(progress, 'done')
  const total = member(progress, 'total')
  const bytes = typeof done === 'number' ? done : 0
  // Another warehouse is asked from the start.
  const isNew = known === undefined || bytes < known.transfer.bytes
  const since = isNew ? time : known.since
  const transfer = {
    ware,
    bytes,
    ...(typeof total === 'number' && { total }),
    ...secondsBetween(since, time),
  }
  return { transfer, since }
}

function secondsBetween(from: string, to: string): { readonly seconds?: number } {
  const seconds = (Date.parse(to) - Date.parse(from)) / 1000
  // Of a single line nobody knows how long it took.
  return seconds > 0 ? { seconds: Math.round(seconds * 10) / 10 } : {}
}
