// Archives of this machine, for the fetcher that waits for them.

import { R2k8sError } from '../errors.ts'
import { cancelRun } from './end-run.ts'
import type { Following } from './following.ts'
import { judgeRun, type RunView } from './judge.ts'
import type { PodState } from './pod-state.ts'
import { sendInput } from './send-input.ts'

/**
 * One after the other. A run whose inputs cannot be sent is ended: nobody else has them.
 * @throws R2k8sError
 */
export async function sendInputs({
  client,
  run,
  watch,
  signal,
  listener,
}: Following): Promise<void> {
  const { namespace, about, sent = [] } = run
  if (sent.length === 0) return
  const pod = await watch.until(fetchingPod, signal)
  if (pod === 'never') return
  try {
    for (const [number, input] of sent.entries()) {
      listener.sending(input)
      await sendInput(client, { namespace, pod: pod.name }, { number, input }, signal)
    }
  } catch (error) {
    if (error instanceof R2k8sError && !signal.aborted)
      await cancelRun(client, namespace, about, 0)
    throw error
  }
}

function fetchingPod(view: RunView): PodState | 'never' | undefined {
  const { pod } = view
  if (pod?.fetch.kind === 'running') return pod
  const isPast = pod !== undefined && pod.action.kind !== 'waiting'
  return isPast || judgeRun(view) !== undefined ? 'never' : undefined
}
