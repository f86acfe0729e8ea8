// Sends an archive of this machine into the waiting fetcher: by exec, going on where a connection broke off.

import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import type { ApiClient } from '../cluster/api-client.ts'
import { execInPod } from '../cluster/pod-exec.ts'
import { R2k8sError } from '../errors.ts'
import { backOff, pauseOnClock } from '../host/pause.ts'
import { containers, type SentInput } from './run-order.ts'
import { agentCommand } from './tell-packer.ts'

export interface Fetcher {
  readonly namespace: string
  readonly pod: string
}

const mostFailures = 10

/** @throws R2k8sError when it does not get there */
export async function sendInput(
  client: ApiClient,
  fetcher: Fetcher,
  { number, input }: { readonly number: number; readonly input: SentInput },
  signal: AbortSignal,
): Promise<void> {
  const { file, bytes, ware } = input
  const task = `send ${ware} into the pod`
  let failures = 0
  let best = -1
  for (;;) {
    try {
      const at = await sentSoFar(client, fetcher, number, signal)
      if (at > best) failures = 0
      best = Math.max(best, at)
      const stdin = createReadStream(file, { start: at, highWaterMark: 256 * 1024 })
      const words = ['take', String(number), String(at), String(bytes)]
      const said = await call(client, fetcher, { words, stdin, signal })
      if (said.code === 0) return
      throw failure(task, said.text)
    } catch (error) {
      if (!(error instanceof R2k8sError) || signal.aborted) throw error
      if (++failures >= mostFailures) throw failure(task, error.problems[0].why)
    }
    await pauseOnClock(backOff(failures), signal)
  }
}

async function sentSoFar(
  client: ApiClient,
  fetcher: Fetcher,
  number: number,
  signal: AbortSignal,
): Promise<number> {
  const said = await call(client, fetcher, { words: ['have', String(number)], signal })
  const bytes = Number(said.text)
  if (said.code === 0 && Number.isSafeInteger(bytes)) return bytes
  throw failure('ask the fetcher what has come', said.text)
}

async function call(
  client: ApiClient,
  { namespace, pod }: Fetcher,
  {
    words,
    stdin,
    signal,
  }: {
    readonly words: readonly string[]
    readonly stdin?: AsyncIterable<Uint8Array>
    readonly signal: AbortSignal
  },
): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const hear = (): Writable =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        text = `${text}${chunk.toString()}`.slice(0, 2000)
        done()
      },
    })
  const outcome = await execInPod(client, {
    ...{ namespace, pod, container: containers.fetch, signal },
    command: [...agentCommand, ...words],
    stdout: hear(),
    stderr: hear(),
    ...(stdin !== undefined && { stdin }),
  })
  if (outcome.kind === 'refused') return { code: -1, text: outcome.message }
  return { code: outcome.code, text: text.trim() }
}

function failure(task: string, why: string): R2k8sError {
  const hints = ['"get" and "create" on pods/exec are needed for this']
  return new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints }])
}
