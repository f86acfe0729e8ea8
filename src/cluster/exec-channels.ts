// The channels of a program that runs in a container, in one WebSocket: v4 and v5.channel.k8s.io.
// The first byte of a message says to which channel it belongs.

import { Readable, type Writable } from 'node:stream'
import { member, memberArray, memberString, type JsonValue } from '../json.ts'
import { readRefusal } from './api-failure.ts'
import type { ExecOutcome } from './pod-exec.ts'
import type { StreamsQuery, WindowSize } from './pod-streams.ts'
import type { WebSocket } from './web-socket.ts'

const channels = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  status: 3,
  size: 4,
  close: 255,
} as const

/** v5 is v4 with a way to say where the input ends. */
export const protocolVersions = {
  withEnd: 'v5.channel.k8s.io',
  plain: 'v4.channel.k8s.io',
} as const

/** As the servers do it with pipes; some read no message longer than this. */
const longestPiece = 32 * 1024

export type ExecStreams = Pick<
  StreamsQuery,
  'stdin' | 'stdout' | 'stderr' | 'sizes' | 'signal'
>

/**
 * Until the status comes, which is the last thing; undefined when the connection ends without one.
 *
 * @throws the errors of streams and connection as they are
 */
export async function runChannels(
  socket: WebSocket,
  streams: ExecStreams,
): Promise<ExecOutcome | undefined> {
  const { stdin, sizes, signal } = streams
  const over = new AbortController()
  const broken = new Promise<never>((_, reject) => {
    const stop = () => {
      reject(new Error('it was cancelled'))
    }
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop, { signal: over.signal })
    if (stdin !== undefined) feed(stdin, socket, over.signal).catch(reject)
  })
  const unwatch = sizes?.watch((size) => {
    socket.send(sizeMessage(size)).catch(() => undefined) // the listener hears of it
  })
  try {
    return await Promise.race([listen(socket, streams), broken])
  } finally {
    over.abort()
    unwatch?.()
    socket.close()
  }
}

async function listen(
  socket: WebSocket,
  { stdout, stderr }: ExecStreams,
): Promise<ExecOutcome | undefined> {
  let status = ''
  for await (const message of socket.messages) {
    const payload = message.subarray(1)
    if (payload.length === 0) continue // v4 opens each channel with an empty message
    if (message[0] === channels.stdout) await write(stdout, payload)
    if (message[0] === channels.stderr) await write(stderr, payload)
    if (message[0] === channels.status) {
      status += Buffer.from(payload).toString()
      const outcome = readOutcome(status)
      if (outcome !== undefined) return outcome
    }
  }
  return undefined
}

/** Nothing more is read until the stream has passed it on. */
function write(stream: Writable | undefined, bytes: Uint8Array): Promise<void> {
  if (stream === undefined) return Promise.resolve()
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) resolve()
      else reject(error)
    })
  })
}

/** @throws what the source throws; what the connection does, the listener tells */
async function feed(
  stdin: AsyncIterable<Uint8Array>,
  socket: WebSocket,
  over: AbortSignal,
): Promise<void> {
  const source = stdin[Symbol.asyncIterator]()
  over.addEventListener('abort', () => {
    // A terminal may stay silent for ever; its iterator would wait for a last key.
    if (stdin instanceof Readable) stdin.destroy()
    else source.return?.().catch(() => undefined)
  })
  for (;;) {
    const next = await source.next()
    if (over.aborted) return
    try {
      if (next.done === true) {
        await socket.send(Uint8Array.of(channels.close, channels.stdin))
        return
      }
      for (let i = 0; i < next.value.length; i += longestPiece) {
        const piece = next.value.subarray(i, i + longestPiece)
        await socket.send(Buffer.concat([Uint8Array.of(channels.stdin), piece]))
      }
    } catch {
      return
    }
  }
}

/** In the words of the API. */
function sizeMessage({ width, height }: WindowSize): Uint8Array {
  const text = JSON.stringify({ Width: width, Height: height })
  return Buffer.concat([Uint8Array.of(channels.size), Buffer.from(text)])
}

/** Undefined as long as it is no whole object. */
function readOutcome(text: string): ExecOutcome | undefined {
  let status: JsonValue
  try {
    status = JSON.parse(text) as JsonValue // whatever it is, it is JSON
  } catch {
    return undefined
  }
  if (memberString(status, 'status') === 'Success') return { kind: 'exited', code: 0 }
  const cause = memberArray(member(status, 'details'), 'causes').find(
    (item) => memberString(item, 'reason') === 'ExitCode',
  )
  const code = Number(memberString(cause, 'message') ?? NaN)
  if (Number.isInteger(code)) return { kind: 'exited', code }
  return readRefusal(Number(member(status, 'code') ?? 500), status)
}
