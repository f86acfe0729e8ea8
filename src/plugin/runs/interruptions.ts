// Ctrl-C and its like while runs are followed (run.md §3).

import type { ApiClient } from '../../cluster/api-client.ts'
import { R2k8sError } from '../../errors.ts'
import { cancelRun, shortGraceSeconds } from '../../run/end-run.ts'
import type { FollowedRun } from '../../run/following.ts'
import type { OnDisconnect } from '../../run/run-order.ts'
import type { Io, SignalName } from '../io.ts'
import type { StepOutput } from './run-output.ts'

export interface LiveRun extends FollowedRun {
  readonly client: ApiClient
}

export interface Keyboard {
  /** Aborted when nothing is to be followed any more. */
  readonly left: AbortSignal
  /** Whether the user has ended the runs. */
  readonly cancelled: () => boolean
  /** Resolves when what the user has ended is asked to end. */
  readonly settled: () => Promise<void>
  /** From now on it is ended or left with the others. */
  readonly add: (run: LiveRun) => void
  readonly remove: (run: LiveRun) => void
}

/**
 * Ctrl-C ends the runs and stays until they are gone; a second one does not wait. The end of the terminal,
 * or of this process, leaves them to their policy. Who looks on just goes.
 */
export function watchKeyboard(
  onDisconnect: OnDisconnect | 'look on',
  { io, output }: { readonly io: Io; readonly output: StepOutput },
): Keyboard {
  const live = new Set<LiveRun>()
  const left = new AbortController()
  let presses = 0
  let ending = Promise.resolve()

  async function cancel(graceSeconds: number): Promise<void> {
    const asked = [...live].map(({ client, namespace, about }) =>
      cancelRun(client, namespace, about, graceSeconds).catch((error: unknown) => {
        if (!(error instanceof R2k8sError)) throw error
        output.log('error', `it cannot be ended: ${error.message}`)
      }),
    )
    await Promise.all(asked)
  }

  io.onSignal((name: SignalName) => {
    const isLeft = name !== 'SIGINT' && onDisconnect === 'finish'
    if (isLeft || onDisconnect === 'look on') {
      for (const { about } of live) {
        const again = `kubectl r2k8s attach ${about.name} comes back to it`
        const end = `kubectl r2k8s cancel ${about.name} ends it`
        output.log('info', `the run goes on; ${again}${isLeft ? '' : `, ${end}`}`)
      }
      left.abort()
      return 'taken'
    }
    presses++
    if (presses === 1) {
      // With nothing in the cluster yet, nothing will be: whoever prepares hears of it.
      if (live.size === 0) return 'taken'
      const runs = live.size === 1 ? 'the run' : `${live.size} runs`
      output.log('warn', `ending ${runs}; once more does not wait for their programs`)
      ending = cancel(shortGraceSeconds)
      return 'taken'
    }
    if (live.size === 0) return 'left'
    ending = cancel(0).finally(() => {
      left.abort()
    })
    return 'taken'
  })

  return {
    left: left.signal,
    cancelled: () => presses > 0,
    settled: () => ending,
    add: (run) => {
      live.add(run)
    },
    remove: (run) => {
      live.delete(run)
    },
  }
}
