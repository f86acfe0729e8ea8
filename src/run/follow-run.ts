// One run from here to its end: what its containers write, why it waits, how it ends.

import type { ApiClient } from '../cluster/api-client.ts'
import { R2k8sError, type Problem } from '../errors.ts'
import { readAgentLines } from './agent-lines.ts'
import { bringHome } from './bring-home.ts'
import { endOverdue } from './end-overdue.ts'
import { followLog } from './follow-log.ts'
import {
  packerWord,
  type FollowedRun,
  type Following,
  type RunListener,
} from './following.ts'
import { judgeRun, type RunEnd } from './judge.ts'
import type { LineSink } from './log-lines.ts'
import type { PodState } from './pod-state.ts'
import { containers } from './run-order.ts'
import { hasEnded, startedIn, type Phase } from './run-phase.ts'
import { sendInputs } from './send-inputs.ts'
import { stayAlive } from './stay-alive.ts'
import { talkToAction } from './talk-to-action.ts'
import { tellPending } from './tell-pending.ts'
import { watchRun } from './watch-run.ts'

export interface FinishedRun {
  readonly end: RunEnd
  /** Ware IDs by name of the output, as far as there are any. */
  readonly results: ReadonlyMap<string, string>
  /** What of its input did not get there, and what could not be taken home. */
  readonly problems: readonly Problem[]
}

/**
 * @param signal to follow it no longer: the run goes on
 * @throws R2k8sError cancelled when the signal came; rejected-by-cluster when it may not be followed
 */
export async function followRun(
  client: ApiClient,
  run: FollowedRun,
  listener: RunListener,
  signal: AbortSignal,
): Promise<FinishedRun> {
  const { namespace, about } = run
  const { troubled } = listener
  const over = new AbortController()
  const watch = watchRun(client, { namespace, guid: about.guid, troubled })
  const following: Following = {
    ...{ client, run, listener, watch },
    signal: AbortSignal.any([signal, over.signal]),
    packed: packerWord(),
  }
  const beside = [
    tellPending(following),
    ...(about.onDisconnect === 'die' ? [stayAlive(following)] : []),
  ]
  const work = Promise.all([
    watch.until(judgeRun, following.signal),
    followContainer(following, 'fetch', listenTo(following, 'fetch')),
    // On a terminal it is shown as it comes.
    run.interaction?.kind === 'terminal'
      ? undefined
      : followContainer(following, 'action', listener.output),
    followContainer(following, 'pack', listenTo(following, 'pack')),
    bringHome(following),
    endOverdue(following),
    sendInputs(following),
    talk(following),
  ])
  try {
    // What goes wrong beside the work is heard at once; that it ends is not what is waited for.
    const [judged, , , , atHome, overdue, , ofInput] = await Promise.race([
      work,
      ...beside.map((each) => each.then(() => work)),
    ])
    // What was ended from here, the cluster calls deleted.
    const end = judged.kind === 'failed' ? (overdue ?? judged) : judged
    const found = end.kind === 'action-ended' ? end.results : undefined
    const results = found ?? following.packed.last()?.results ?? new Map()
    return { end, results, problems: [...ofInput, ...atHome] }
  } catch (error) {
    if (!signal.aborted) throw error
    const why = 'it was interrupted'
    throw new R2k8sError([{ code: 'cancelled', task: 'follow the run', why }])
  } finally {
    over.abort()
    await Promise.allSettled([...beside, work, watch.close()])
  }
}

function listenTo(
  { packed, listener }: Following,
  container: 'fetch' | 'pack',
): LineSink {
  return readAgentLines((line) => {
    if (line.kind === 'results') packed.tell(line)
    listener.agentLine(container, line)
  })
}

/** From its start, if it is started at all, to the last line. */
async function followContainer(
  { client, run, listener, watch, signal }: Following,
  which: Phase,
  sink: LineSink,
): Promise<void> {
  const pod = await watch.until((view) => startedIn(view, which), signal)
  if (pod === 'never') return
  listener.began(which, pod)
  const ended = new AbortController()
  const end = watch
    .until((view) => (hasEnded(view, which) ? true : undefined), signal)
    .then(() => {
      ended.abort()
    })
    .catch(() => undefined) // the signal, of which the log hears, too
  const { namespace } = run
  const log = { namespace, pod: pod.name, container: containers[which] }
  await followLog(
    client,
    log,
    { ...sink, troubled: listener.troubled },
    {
      ...{ signal, ended: ended.signal },
      ...(which === 'action' && run.from !== undefined && { from: run.from }),
    },
  )
  await end
}

/** @returns why the action's input was not whole */
async function talk({
  client,
  run,
  listener,
  watch,
  signal,
}: Following): Promise<readonly Problem[]> {
  const { namespace, about, interaction } = run
  if (interaction === undefined) return []
  const began = (pod: PodState): void => {
    listener.began('action', pod)
  }
  const { troubled } = listener
  const conversation = { client, namespace, about, watch, signal, began, troubled }
  return await talkToAction(conversation, interaction)
}
