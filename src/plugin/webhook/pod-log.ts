// The last warnings and errors in the logs of the webhook's pods.

import type { ApiClient } from '../../cluster/api-client.ts'
import { openPodLog } from '../../cluster/pod-logs.ts'
import { readLines } from '../../cluster/read-lines.ts'
import { R2k8sError } from '../../errors.ts'
import { isObject, memberString, parseJson } from '../../json.ts'
import { systemNamespace } from './installed-objects.ts'
import type { Unknown } from './read-object.ts'

export interface LogEntry {
  /** RFC 3339; empty for the words of a program that did not start. */
  readonly time: string
  readonly level: 'warn' | 'error'
  readonly pod: string
  readonly message: string
  /** How often the same was said. */
  readonly count: number
}

/** Most of it is about pods that were refused. */
const tailLines = 1000
const limitBytes = 1024 * 1024

/** Never throws for what a pod does. */
export async function readPodLog(
  client: ApiClient,
  pod: string,
): Promise<{ readonly kind: 'found'; readonly entries: readonly LogEntry[] } | Unknown> {
  try {
    const place = { namespace: systemNamespace, pod, container: 'webhook' }
    const log = await openPodLog(client, { ...place, tailLines, limitBytes })
    if (log.kind === 'refused') return { kind: 'unknown', why: log.message }
    const entries: LogEntry[] = []
    for await (const line of readLines(log.chunks)) {
      const entry = readEntry(line, pod)
      if (entry !== undefined) entries.push(entry)
    }
    return { kind: 'found', entries }
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    return { kind: 'unknown', why: error.problems[0].why }
  }
}

export function readEntry(line: string, pod: string): LogEntry | undefined {
  const entry = parseJson(line)
  if (!isObject(entry)) {
    // Of a program that could not start.
    const words = /^(?:error: |\w*Error: )(.*)$/.exec(line)?.[1]
    return words === undefined
      ? undefined
      : { time: '', level: 'error', pod, message: words, count: 1 }
  }
  const level = memberString(entry, 'level')
  if (level !== 'warn' && level !== 'error') return undefined
  const reason = memberString(entry, 'reason')
  const message = memberString(entry, 'msg') ?? ''
  return {
    time: memberString(entry, 'time') ?? '',
    level,
    pod,
    message: reason === undefined ? message : `${message}: ${reason}`,
    count: 1,
  }
}

/** The newest of each, newest first: what goes wrong goes wrong every other second. */
export function newestEntries(entries: readonly LogEntry[], most: number): LogEntry[] {
  const distinct = new Map<string, LogEntry>()
  for (const entry of entries) {
    const key = `${entry.pod} ${entry.level} ${entry.message}`
    const known = distinct.get(key)
    const newer = known !== undefined && known.time > entry.time ? known : entry
    distinct.set(key, { ...newer, count: (known?.count ?? 0) + 1 })
  }
  return [...distinct.values()]
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
    .slice(0, most)
}
