// Ctrl-C and its like while a run is followed (run.md §3).

import type { ApiClient } from '../../cluster/api-client.ts'
import { cancelRun } from '../../run/end-run.ts'
import type { FollowedRun } from '../../run/follow-run.ts'
import type { Io, SignalName } from '../io.ts'
import { R2k8sError } from '../../errors.ts'
import type { RunOutput } from './run-output.ts'

export interface Keyboard {
  /** Aborted when the run is not to be followed any more. */
  readonly left: AbortSignal
  /** Whether the user has ended the run. */
  readonly cancelled: () => boolean
}

const grace = 5

/**
 * Ctrl-C ends the run and stays until it is gone; a second one does not wait. The end of the terminal, or
 * of this process, leaves the run to its policy.
 */
export function watchKeyboard(
  run: FollowedRun & { readonly client: ApiClient },
  { io, output }: { readonly io: Io; readonly output: RunOutput },
): Keyboard {
  const { client, namespace, about } = run
  const left = new AbortController()
  let presses = 0

  function cancel(graceSeconds: number): Promise<void> {
    return cancelRun(client, namespace, about, graceSeconds).catch((error: unknown) => {
      if (!(error instanceof R2k8sError)) throw error
      output.log('error', `it cannot be ended: ${error.message}`)
    })
  }

  io.onSignal((name: SignalName) => {
    if (name !== 'SIGINT' && about.onDisconnect === 'finish') {
      output.log(
        'info',
        `the run goes on; kubectl r2k8s attach ${about.name} comes back to it`,
      )
      left.abort()
      return
    }
    presses++
    if (presses === 1) {
      output.log('warn', 'ending the run; once more does not wait for its programs')
      void cancel(grace)
      return
    }
    void cancel(0).finally(() => {
      left.abort()
    })
  })

  return { left: left.signal, cancelled: () => presses > 0 }
}
