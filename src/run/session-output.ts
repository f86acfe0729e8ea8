// What the action writes on the user's terminal: from its log what came before somebody was attached, from
// the stream all else.

import type { ApiClient } from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { openPodLog } from '../cluster/pod-logs.ts'
import { R2k8sError } from '../errors.ts'
import type { ActionTerminal } from './conversation.ts'
import type { FollowedLog } from './follow-log.ts'
import { afterShown, beforeStream, plainLines } from './session-text.ts'

export interface SessionOutput {
  /** A stream begins: what it brings waits for what was before it. */
  readonly open: () => void
  /** Of the stream. Resolves when there is room for more. */
  readonly hear: (bytes: Uint8Array) => Promise<void>
  /** Shows what was before the stream, then what has come of it. */
  readonly join: () => Promise<void>
  /** Without a stream: what was not shown yet. */
  readonly catchUp: () => Promise<void>
  readonly hasBegun: () => boolean
}

export interface SessionOutputParts {
  readonly client: ApiClient
  readonly log: FollowedLog
  readonly terminal: ActionTerminal
  readonly signal: AbortSignal
  readonly troubled: (error: R2k8sError) => void
}

/** Bytes of a stream that waits. */
const mostWaiting = 1024 * 1024
/** Characters of the log: more than may wait. */
const longestEnd = 2 * mostWaiting
/** Characters of what was shown, to find the place in the log by. */
const longestMemory = 16 * 1024

export function openSessionOutput(parts: SessionOutputParts): SessionOutput {
  const { terminal } = parts
  let waiting: Uint8Array[] | undefined
  let joining = Promise.resolve()
  let shown = ''
  let hasBegun = false

  async function show(bytes: Uint8Array): Promise<void> {
    shown = `${shown}${latin1(bytes)}`.slice(-longestMemory)
    await terminal.show(bytes)
  }

  async function showLog(text: string): Promise<void> {
    if (text !== '') await show(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
  }

  /** What of the log was not shown. The first time, of the beginning of a long one nothing is kept. */
  async function readRest(): Promise<string> {
    if (!hasBegun) return await readLogEnd(parts, showLog)
    const log = await readLogEnd(parts, () => Promise.resolve())
    const rest = afterShown(log, plainLines(shown))
    if (rest === undefined) terminal.gap()
    return rest ?? ''
  }

  async function join(): Promise<void> {
    const rest = await readRest()
    const stream = plainLines(latin1(Buffer.concat(waiting ?? [])))
    hasBegun = true
    await showLog(beforeStream(rest, stream))
    while (waiting !== undefined && waiting.length > 0) {
      const bytes = Buffer.concat(waiting)
      waiting = []
      await show(bytes)
    }
    waiting = undefined
    if (shown === '' || shown.endsWith('\n')) terminal.quiet()
  }

  return {
    open: () => {
      waiting = []
    },
    hear: async (bytes) => {
      if (waiting === undefined) {
        await show(bytes)
        return
      }
      waiting.push(new Uint8Array(bytes))
      const size = waiting.reduce((sum, { length }) => sum + length, 0)
      if (size > mostWaiting) await joining
    },
    join: () => (joining = join()),
    catchUp: async () => {
      await showLog(await readRest())
    },
    hasBegun: () => hasBegun,
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/**
 * As it is now. What cannot be read is missing on the screen, and nothing else.
 * @param before told what comes before the end that is kept
 */
async function readLogEnd(
  { client, log, signal, troubled }: SessionOutputParts,
  before: (text: string) => Promise<void>,
): Promise<string> {
  let text = ''
  try {
    const opened = await openPodLog(client, { ...log, signal })
    if (opened.kind === 'refused') {
      troubled(rejected('read what the action has written', opened))
      return ''
    }
    for await (const chunk of opened.chunks) {
      text += latin1(chunk)
      if (text.length < 2 * longestEnd) continue
      const cut = text.lastIndexOf('\n', text.length - longestEnd) + 1
      await before(plainLines(text.slice(0, cut)))
      text = text.slice(cut)
    }
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    if (!signal.aborted) troubled(error)
  }
  return plainLines(text)
}
