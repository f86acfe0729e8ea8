// A run as it is now, from a watch of its Job and one of its pod.

import type { ApiClient } from '../cluster/api-client.ts'
import { jobs, pods } from '../cluster/resources.ts'
import { watch } from '../cluster/watch.ts'
import { R2k8sError } from '../errors.ts'
import { member, memberString, type JsonObject } from '../json.ts'
import { readJob } from './job-state.ts'
import type { RunView } from './judge.ts'
import { readPod, type PodState } from './pod-state.ts'
import { runLabel } from './run-order.ts'

export interface RunWatch {
  readonly view: () => RunView
  /**
   * Resolves when `look` gives something: now, or at the first change that makes it so.
   * @throws R2k8sError rejected-by-cluster when the run may not be watched; the reason of the signal
   */
  readonly until: <T>(
    look: (view: RunView) => T | undefined,
    signal: AbortSignal,
  ) => Promise<T>
  /** Breaks off. */
  readonly close: () => Promise<void>
}

export interface WatchedRun {
  readonly namespace: string
  readonly guid: string
  /** The cluster cannot be asked at the moment; it is asked again. */
  readonly troubled?: (error: R2k8sError) => void
}

const mostRefusals = 4

export function watchRun(
  client: ApiClient,
  { namespace, guid, troubled }: WatchedRun,
): RunWatch {
  const over = new AbortController()
  const listeners = new Set<() => void>()
  const objects = {
    jobs: new Map<string, JsonObject>(),
    pods: new Map<string, JsonObject>(),
  }
  const known = { jobs: false, pods: false }
  const refusals = { jobs: 0, pods: 0 }
  let refused: R2k8sError | undefined
  /** The last of what a pod said, when it is gone. */
  let last: PodState | undefined

  function lookAtPod(): PodState | undefined {
    const [pod] = [...objects.pods.values()].sort(byAge)
    if (pod !== undefined) last = readPod(pod)
    else if (last !== undefined) last = { ...last, isGone: true }
    return last
  }

  function view(): RunView {
    const [job] = objects.jobs.values()
    return { job: job === undefined ? undefined : readJob(job), pod: lookAtPod() }
  }

  function follow(kind: 'jobs' | 'pods'): Promise<void> {
    const mine = objects[kind]
    const query = {
      resource: kind === 'jobs' ? jobs : pods,
      namespace,
      labels: `${runLabel}=${guid}`,
    }
    const told = (): void => {
      known[kind] = true
      for (const listener of [...listeners]) listener()
    }
    const watcher = {
      listed: (items: readonly JsonObject[]) => {
        mine.clear()
        for (const item of items) mine.set(uidOf(item), item)
        told()
      },
      changed: (change: 'added' | 'modified' | 'deleted', object: JsonObject) => {
        mine.set(uidOf(object), object)
        // The last state of a pod that is gone still tells how it ended.
        if (change === 'deleted') {
          lookAtPod()
          mine.delete(uidOf(object))
        }
        told()
      },
      troubled: (error: R2k8sError): void => {
        troubled?.(error)
        // Who was let in once will be again. A right that was just given may take a moment.
        if (known[kind] || error.code !== 'rejected-by-cluster') return
        if (++refusals[kind] < mostRefusals) return
        refused = unwatched(error)
        for (const listener of [...listeners]) listener()
      },
    }
    return watch(client, query, watcher, { signal: over.signal })
  }

  const watches = Promise.all([follow('jobs'), follow('pods')])

  return {
    view,
    until: (look, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          listeners.delete(listener)
          signal.removeEventListener('abort', cancelled)
        }
        const cancelled = (): void => {
          stop()
          reject(signal.reason as Error)
        }
        const listener = (): void => {
          if (refused !== undefined) {
            stop()
            reject(refused)
            return
          }
          if (!known.jobs || !known.pods) return
          const found = look(view())
          if (found === undefined) return
          stop()
          resolve(found)
        }
        if (signal.aborted) {
          reject(signal.reason as Error)
          return
        }
        listeners.add(listener)
        signal.addEventListener('abort', cancelled)
        listener()
      }),
    close: async () => {
      over.abort()
      await watches
    },
  }
}

/** Whoever reads this may think it has ended. */
function unwatched(error: R2k8sError): R2k8sError {
  const [{ hints = [], ...problem }] = error.problems
  const goesOn = 'the run itself goes on; attach comes back to it'
  return new R2k8sError([{ ...problem, hints: [...hints, goesOn] }], { cause: error })
}

function uidOf(object: JsonObject): string {
  return memberString(member(object, 'metadata'), 'uid') ?? ''
}

function byAge(a: JsonObject, b: JsonObject): number {
  const [first, second] = [a, b].map(
    (each) => memberString(member(each, 'metadata'), 'creationTimestamp') ?? '',
  )
  return (first ?? '') < (second ?? '') ? -1 : 1
}
