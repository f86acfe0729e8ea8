// A log as a container runtime writes it, and as the kubelet sends it: `ReadLogs` of k8s.io/cri-client.

export interface Entry {
  /** Nanoseconds behind the beginning of the log. */
  readonly at: number
  /** Without a line break. */
  readonly text: string | Uint8Array
  /** The line goes on in the next entry: it is long, or the program has not ended it yet. */
  readonly isPartial?: boolean
}

export const firstSecond = Date.parse('2026-01-01T10:00:00Z') / 1000
const nanosPerSecond = 1_000_000_000

/** `10.5` is half a second behind the tenth. */
export const line = (seconds: number, text: string | Uint8Array): Entry => ({
  at: Math.round(seconds * nanosPerSecond),
  text,
})

export const part = (seconds: number, text: string | Uint8Array): Entry => ({
  ...line(seconds, text),
  isPartial: true,
})

/** With times, from a whole second on: entries are left out one by one, beginnings of lines among them. */
export function sendLog(entries: readonly Entry[], since?: string, zone = 0): Buffer {
  const from = since === undefined ? 0 : secondsBehind(since) * nanosPerSecond
  const sent: Uint8Array[] = []
  let isNewLine = true
  for (const { at, text, isPartial = false } of entries) {
    if (at >= from) {
      if (isNewLine) sent.push(Buffer.from(`${printTime(at, zone)} `))
      sent.push(Buffer.from(text), Buffer.from(isPartial ? '' : '\n'))
    }
    isNewLine = !isPartial
  }
  return Buffer.concat(sent)
}

function secondsBehind(since: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(since)) throw new Error(since)
  return Date.parse(since) / 1000 - firstSecond
}

/** @param zone in minutes */
export function printTime(at: number, zone = 0): string {
  const second = Math.floor(at / nanosPerSecond)
  const local = new Date((firstSecond + second + zone * 60) * 1000)
  const nanos = String(at - second * nanosPerSecond).padStart(9, '0')
  return `${local.toISOString().slice(0, 19)}.${nanos}${printZone(zone)}`
}

function printZone(zone: number): string {
  if (zone === 0) return 'Z'
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const minutes = Math.abs(zone)
  return `${zone < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}

/** The lines of the whole log, those without an end among them. */
export function linesOf(entries: readonly Entry[]): string[] {
  const lines: string[] = []
  let isOpen = false
  for (const { text, isPartial = false } of entries) {
    const bytes = Buffer.from(text).toString('latin1')
    lines.push(isOpen ? `${lines.pop() ?? ''}${bytes}` : bytes)
    isOpen = isPartial
  }
  return isOpen && lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
