// The cluster that manifests are meant for, when there is one: being without it is no failure, and it is
// not waited for long.

import { R2k8sError } from '../../errors.ts'
import { openCluster, type OpenCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'

export interface NearbyCluster {
  /** Once it was out of reach it is not asked again. */
  readonly ask: <T>(question: Question<T>) => Promise<Asked<T>>
  readonly close: () => Promise<void>
}

export type Question<T> = (cluster: OpenCluster, signal: AbortSignal) => Promise<T>
export type Asked<T> = { readonly answer: T } | { readonly absent: string }

export interface ClusterContext {
  readonly flags: ClusterFlags
  readonly io: Io
  readonly terminal: Terminal
}

/** Of one question, in milliseconds, unless `--request-timeout` says another. */
const longestWait = 3000
const longestTimer = 2 ** 31 - 1

export function openNearbyCluster({ flags, io, terminal }: ClusterContext) {
  const { requestTimeout: wait = longestWait } = flags
  let opening: Promise<OpenCluster> | undefined
  let opened: OpenCluster | undefined
  let absent: string | undefined

  async function open(): Promise<OpenCluster> {
    opened = await openCluster(flags, io, terminal)
    return opened
  }

  async function ask<T>(question: Question<T>): Promise<Asked<T>> {
    if (absent !== undefined) return { absent }
    const { signal } = io
    const over = new AbortController()
    const late = new R2k8sError([
      { ...tooLate, why: `it took more than ${wait / 1000} s` },
    ])
    const timer =
      wait > 0
        ? setTimeout(
            () => {
              over.abort(late)
            },
            Math.min(wait, longestTimer),
          )
        : undefined
    const limit = AbortSignal.any([signal, over.signal])
    try {
      opening ??= open()
      const answering = opening.then((cluster) => question(cluster, limit))
      return { answer: await unlessCancelled(until(limit, answering), signal) }
    } catch (error) {
      if (signal.aborted || !(error instanceof R2k8sError)) throw error
      absent = (over.signal.aborted ? late : error).message
      return { absent }
    } finally {
      clearTimeout(timer)
    }
  }

  return { ask, close: async () => opened?.close() } satisfies NearbyCluster
}

const tooLate = { code: 'cluster-unreachable', task: 'ask the cluster' } as const

/** Programs that fetch credentials know no signal: they are left to themselves. */
async function until<T>(signal: AbortSignal, result: Promise<T>): Promise<T> {
  let stop = (): void => undefined
  const ended = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error) // of our own making, or an AbortError
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([result, ended])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
