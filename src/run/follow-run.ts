// One run from here to its end: what its containers write, why it waits, how it ends.

import type { ApiClient } from '../cluster/api-client.ts'
import { jobs } from '../cluster/resources.ts'
import { R2k8sError, type Problem } from '../errors.ts'
import { pauseOnClock } from '../host/pause.ts'
import { readAgentLines, type AgentLine } from './agent-lines.ts'
import type { Interaction } from './conversation.ts'
import { cancelRun, endPods } from './end-run.ts'
import { followLog } from './follow-log.ts'
import { judgeRun, type RunEnd, type RunFailure, type RunView } from './judge.ts'
import { ageOfJob, keepLease } from './lease.ts'
import type { LineSink } from './log-lines.ts'
import { explainPending, type Pending } from './pending.ts'
import type { PodState } from './pod-state.ts'
import { containers, type RunAbout, type SentInput } from './run-order.ts'
import { hasEnded, startedIn } from './run-phase.ts'
import { sendInput } from './send-input.ts'
import { talkToAction } from './talk-to-action.ts'
import { tellPacker } from './tell-packer.ts'
import { watchRun, type RunWatch } from './watch-run.ts'

export interface RunListener {
  /** What the action writes. */
  readonly output: LineSink
  readonly agentLine: (container: 'fetch' | 'pack', line: AgentLine) => void
  readonly pending: (why: Pending) => void
  readonly sending: (input: SentInput) => void
  /** Something has begun: fetching, the action, packing. */
  readonly began: (what: 'fetch' | 'action' | 'pack', pod: PodState) => void
  /** The cluster does not answer, or not as it should; it is asked again. */
  readonly troubled: (error: R2k8sError) => void
  /**
   * Outputs wait in the pod for this machine to take them home; they are gone when it returns.
   * @returns what could not be taken
   */
  readonly takeHome: (held: HeldOutputs) => Promise<readonly Problem[]>
}

export interface HeldOutputs {
  readonly pod: string
  /** Bytes by name of the output. */
  readonly sizes: ReadonlyMap<string, number>
  readonly results: ReadonlyMap<string, string>
}

export interface FollowedRun {
  readonly namespace: string
  readonly about: RunAbout
  /** Archives that the fetcher waits for. */
  readonly sent?: readonly SentInput[]
  /** Unix time, in seconds: what the action has written before is left out. */
  readonly from?: number
  /** The action has the user's stdin, or the user's terminal. */
  readonly interaction?: Interaction
}

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
  const over = new AbortController()
  const both = AbortSignal.any([signal, over.signal])
  const watch = watchRun(client, {
    ...{ namespace, guid: about.guid },
    troubled: listener.troubled,
  })
  let tellPacked: (packed: Packed) => void = () => undefined
  const packing = new Promise<Packed>((resolve) => {
    tellPacked = resolve
  })
  const way: Way = {
    client,
    run,
    listener,
    watch,
    signal: both,
    packing,
    tellPacked,
    packed: undefined,
  }
  const beside = [
    waitPending(way),
    ...(about.onDisconnect === 'die' ? [stayAlive(way)] : []),
  ]
  const work = Promise.all([
    watch.until(judgeRun, both),
    followContainer(way, 'fetch', listenTo(way, 'fetch')),
    run.interaction?.kind === 'terminal'
      ? undefined
      : followContainer(way, 'action', listener.output),
    followContainer(way, 'pack', listenTo(way, 'pack')),
    bringHome(way),
    endOverdue(way),
    sendInputs(way),
    talk(way),
  ])
  try {
    const [judged, , , , atHome, isOverdue, , ofInput] = await work
    const problems = [...ofInput, ...atHome]
    const end = isOverdue && judged.kind === 'failed' ? overdue : judged
    const found = end.kind === 'action-ended' ? end.results : undefined
    return { end, results: found ?? way.packed?.results ?? new Map(), problems }
  } catch (error) {
    if (!signal.aborted) throw error
    const why = 'it was interrupted'
    throw new R2k8sError([{ code: 'cancelled', task: 'follow the run', why }])
  } finally {
    over.abort()
    await Promise.allSettled([...beside, work, watch.close()])
  }
}

interface Way {
  readonly client: ApiClient
  readonly run: FollowedRun
  readonly listener: RunListener
  readonly watch: RunWatch
  readonly signal: AbortSignal
  /** What the packer has told, as soon as it has. */
  readonly packing: Promise<Packed>
  readonly tellPacked: (packed: Packed) => void
  packed: Packed | undefined
}

type Packed = Extract<AgentLine, { kind: 'results' }>

function listenTo(way: Way, container: 'fetch' | 'pack'): LineSink {
  return readAgentLines((line) => {
    if (line.kind === 'results') {
      way.packed = line
      way.tellPacked(line)
    }
    way.listener.agentLine(container, line)
  })
}

/** From its start, if it is started at all, to the last line. */
async function followContainer(
  { client, run, listener, watch, signal }: Way,
  which: 'fetch' | 'action' | 'pack',
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
async function talk({ client, run, listener, watch, signal }: Way) {
  const { namespace, about, interaction } = run
  if (interaction === undefined) return []
  const began = (pod: PodState): void => {
    listener.began('action', pod)
  }
  const { troubled } = listener
  const conversation = { client, namespace, about, watch, signal, began, troubled }
  return talkToAction(conversation, interaction)
}

/** One after the other. A run whose inputs cannot be sent is ended: nobody else has them. */
async function sendInputs({ client, run, watch, signal, listener }: Way): Promise<void> {
  const { namespace, about, sent = [] } = run
  if (sent.length === 0) return
  const pod = await watch.until((view) => {
    if (view.pod?.fetch.kind === 'running') return view.pod
    return startedIn(view, 'action') === undefined ? undefined : ('never' as const)
  }, signal)
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

const firstWord = 10_000
const nextWord = 5000

/** As long as the action has not begun: each reason once. */
async function waitPending({ client, run, listener, watch, signal }: Way): Promise<void> {
  let told = ''
  for (let pause = firstWord; ; pause = nextWord) {
    await pauseOnClock(pause, signal)
    const view = watch.view()
    if (signal.aborted || (view.pod?.action.kind ?? 'waiting') !== 'waiting') return
    const why = await explainPending(client, run.namespace, view)
    if (why === undefined || why.message === told) continue
    told = why.message
    listener.pending(why)
  }
}

/** Under `die`: puts the deadline off, and tells the packer to begin. */
async function stayAlive(way: Way): Promise<void> {
  const { client, run, watch, signal, listener } = way
  const { namespace, about } = run
  const { timeoutSeconds, leaseSeconds } = about
  const job = { resource: jobs, namespace, name: about.name }
  const { troubled } = listener
  const lease = keepLease(client, job, { timeoutSeconds, leaseSeconds, signal, troubled })
  try {
    const pod = await watch.until(
      ({ pod }) => (pod?.action.kind === 'ended' ? pod : undefined),
      signal,
    )
    await tellPacker(client, { namespace, pod: pod.name }, 'begin', signal)
  } catch (error) {
    // The lease goes on: whoever follows hears why packing does not begin.
    if (error instanceof R2k8sError && !signal.aborted) troubled(error)
  }
  await lease
}

/** Waits for outputs that are held, has them fetched, and lets the packer go. */
async function bringHome(way: Way): Promise<readonly Problem[]> {
  const { client, run, listener, watch, signal, packing } = way
  const { namespace, about } = run
  if (about.fetched.length === 0) return []
  const ended = watch.until((view) => judgeRun(view) && ('ended' as const), signal)
  const packed = await Promise.race([packing, ended])
  const { pod } = watch.view()
  if (packed === 'ended' || packed.held.size === 0 || pod === undefined) return []
  const { results, held: sizes } = packed
  const problems = await listener.takeHome({ pod: pod.name, sizes, results })
  await tellPacker(client, { namespace, pod: pod.name }, 'release', signal)
  return problems
}

/**
 * The Job controller would end an overdue run with the grace period of its pod, which is there for packing:
 * an action that ignores its end would have all of it. So as long as somebody is here, it is ended from here.
 */
async function endOverdue({ client, run, watch, signal }: Way): Promise<boolean> {
  const { namespace, about } = run
  const { timeoutSeconds, guid } = about
  const started = await watch.until((view) => {
    if (judgeRun(view) !== undefined) return 'ended'
    return view.job?.startTime
  }, signal)
  if (started === 'ended' || about.onDisconnect === 'die') return false
  const age = await ageOfJob(
    client,
    { resource: jobs, namespace, name: about.name },
    signal,
  )
  if (age === undefined) return false
  const over = new AbortController()
  const ended = watch
    .until(({ job, pod }) => isPast({ job, pod }) || undefined, signal)
    .finally(() => {
      over.abort()
    })
  ended.catch(() => undefined) // awaited below
  await pauseOnClock(
    (timeoutSeconds - age) * 1000,
    AbortSignal.any([signal, over.signal]),
  )
  signal.throwIfAborted()
  const isOverdue = !over.signal.aborted
  if (isOverdue) await endPods(client, { namespace, guid }, shortGrace)
  await ended
  return isOverdue
}

/** The time of a run is that of its action. */
function isPast(view: RunView): boolean {
  return view.pod?.action.kind === 'ended' || judgeRun(view) !== undefined
}

const shortGrace = 5

/** What was ended from here, the cluster calls deleted. */
const overdue: RunFailure = {
  kind: 'failed',
  problem: {
    code: 'executor-problem',
    task: 'finish the run',
    why: 'its time is over',
    hints: ['give it more time with --timeout'],
  },
  wasKilled: true,
}
