// The log of one container, in one request. Whoever follows a log for long opens it again when it breaks off.

import { pods } from './resources.ts'
import { pathOf, sendOrThrow, type ApiClient } from './api-client.ts'
import { unreachable, type Refusal } from './api-failure.ts'
import type { ApiResponse } from './api-connection.ts'
import { gatherChunks } from './gather-chunks.ts'
import { readRefusalText } from './refusal-text.ts'

export interface PodLogQuery {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Goes on with what is written from now on, until the container ends. */
  readonly follow?: boolean
  /** Each line begins with its time: RFC 3339 with nanoseconds, and a space. */
  readonly timestamps?: boolean
  /** Of the container that ran before the last restart. */
  readonly previous?: boolean
  /** RFC 3339; the kubelet takes whole seconds. */
  readonly sinceTime?: string
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly signal?: AbortSignal
  /** Longest time without a byte, in milliseconds; no limit when following, unless told. */
  readonly silence?: number
}

export interface PodLog {
  readonly kind: 'stream'
  /**
   * As they were written, whatever their encoding; cut anywhere. Each is the reader's until he asks for the
   * next one. Ends when the log does or the signal comes. Leaving the loop ends the request.
   * @throws R2k8sError cluster-unreachable when it breaks off
   */
  readonly chunks: AsyncIterable<Uint8Array>
  /** For who does not read them, or not to their end. */
  readonly close: () => void
}

/**
 * Refused as long as the container has not started. What goes wrong in the kubelet after that, it
 * writes into the log. @throws R2k8sError cluster-unreachable
 */
export async function openPodLog(
  client: ApiClient,
  query: PodLogQuery,
): Promise<PodLog | Refusal> {
  const { namespace, pod, container, signal } = query
  const { follow = false, silence = follow ? 0 : undefined } = query
  const task = `read the log of "${container}" in pod "${namespace}/${pod}"`
  const response = await sendOrThrow(
    client.connection,
    {
      method: 'GET',
      path: `${pathOf({ resource: pods, namespace, name: pod })}/log`,
      query: {
        container,
        follow: follow ? 'true' : undefined,
        timestamps: query.timestamps === true ? 'true' : undefined,
        previous: query.previous === true ? 'true' : undefined,
        sinceTime: query.sinceTime,
        tailLines: query.tailLines?.toString(),
        limitBytes: query.limitBytes?.toString(),
      },
      headers: { accept: '*/*' },
      ...(silence !== undefined && { silence }),
      ...(signal !== undefined && { signal }),
    },
    task,
  )
  if (response.status !== 200) {
    const text = await response.body.text().catch(() => '') // its status says enough
    return readRefusalText(response.status, text)
  }
  const over = new AbortController()
  const ended = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])])
  return {
    kind: 'stream',
    chunks: readChunks(response.body, task, ended),
    close: () => {
      over.abort()
      response.body.destroy()
    },
  }
}

async function* readChunks(
  body: ApiResponse['body'],
  task: string,
  ended: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* gatherChunks(body)
  } catch (error) {
    if (ended.aborted) return
    throw unreachable(task, 'the stream broke off', error)
  } finally {
    body.destroy()
  }
}
