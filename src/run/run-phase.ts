// How far a run has come, as to one of its containers.

import { judgeRun, type RunView } from './judge.ts'
import type { ContainerState, PodState } from './pod-state.ts'

export type Phase = 'fetch' | 'action' | 'pack'

/** Its pod once the container was started, also when it has ended; `never` when it will not be. */
export function startedIn(view: RunView, which: Phase): PodState | 'never' | undefined {
  const { pod } = view
  if (pod !== undefined && pod[which].kind !== 'waiting' && hasLog(pod[which])) return pod
  return judgeRun(view) === undefined ? undefined : 'never'
}

/** A container that could not be started has none. */
function hasLog(state: ContainerState): boolean {
  return !(state.kind === 'ended' && state.reason === 'StartError')
}

export function hasEnded(view: RunView, which: Phase): boolean {
  return view.pod?.[which].kind === 'ended' || judgeRun(view) !== undefined
}
