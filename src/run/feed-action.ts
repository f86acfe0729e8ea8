// -i: the user's stdin goes to the action, to its end. What the action writes comes by its log, as always.

import { R2k8sError, type Problem } from '../errors.ts'
import { backOff, pauseOnClock } from '../host/pause.ts'
import { explainSystemError } from '../system-error.ts'
import { attachToAction, type Attachment } from './attach-to-action.ts'
import { endOfAction, type ActionInput, type Conversation } from './conversation.ts'
import { startedIn } from './run-phase.ts'
import { shareInput, type SharedInput } from './shared-input.ts'

const mostFailures = 10
/** In milliseconds, until the cluster tells what the node knows. */
const news = 10_000

/** @returns why the input was not whole @throws R2k8sError when there is no way to the action */
export async function feedAction(
  { client, namespace, watch, signal, troubled }: Conversation,
  { stdin, leftUnread }: ActionInput,
): Promise<readonly Problem[]> {
  const found = await watch.until((view) => startedIn(view, 'action'), signal)
  if (found === 'never') return []
  const pod = { namespace, pod: found.name }
  const ended = endOfAction(watch, signal)
  const input = shareInput(stdin)
  for (let failures = 0; ;) {
    const talk = await feed(input, () =>
      attachToAction(client, { ...pod, stdin: input.stdin, signal: ended }),
    )
    signal.throwIfAborted()
    if (talk.kind === 'ended' && input.isAtEnd()) return []
    if (talk.kind === 'left' || (await hasEnded(talk, input, ended))) {
      if (input.isHeldUp()) leftUnread()
      return []
    }
    if (talk.kind === 'failed') {
      if (input.bytes() > 0 || ++failures >= mostFailures) throw talk.error
      await pauseOnClock(backOff(Math.min(failures, 5)), ended)
      continue
    }
    const problem = cutOff(talk, input)
    troubled(new R2k8sError([problem]))
    await endInput(() => attachToAction(client, { ...pod, stdin: none(), signal: ended }))
    return [problem]
  }
}

/** Of an action that has ended, its node tells first that nobody listens there. */
async function hasEnded(
  talk: Talk,
  input: SharedInput,
  ended: AbortSignal,
): Promise<boolean> {
  const isEnd = talk.kind === 'ended' || (talk.kind === 'failed' && input.bytes() > 0)
  if (isEnd) await pauseOnClock(news, ended)
  return isEnd && ended.aborted
}

type Talk = Attachment | { readonly kind: 'unreadable'; readonly error: unknown }

async function feed(
  input: SharedInput,
  attach: () => Promise<Attachment>,
): Promise<Talk> {
  try {
    return await attach()
  } catch (error) {
    const failure = input.failure()
    if (failure === undefined) throw error
    return { kind: 'unreadable', error: failure }
  }
}

/**
 * It may have been the end of the action that broke the connection: a server that goes before it has read
 * all takes its last words with it. That cannot be told from an input that got lost.
 */
function cutOff(talk: Talk, input: SharedInput): Problem {
  const hints = ['to the action, its input ends there, unless it has ended before']
  if (talk.kind === 'unreadable') {
    const why = explainSystemError(talk.error)
    return { code: 'usage', task: 'read stdin to its end', why, hints }
  }
  const reason =
    talk.kind === 'broken' ? talk.error.problems[0].why : 'the node has closed it'
  const why = `after ${input.bytes()} bytes at the most, ${reason}`
  const task = 'pass all of stdin on to the action'
  return { code: 'cluster-unreachable', task, why, hints }
}

/** The runtime ends it when a connection breaks. Only if there was none yet, it would wait for one. */
async function endInput(attach: () => Promise<Attachment>): Promise<void> {
  for (let tries = 1; tries < mostFailures; tries++) {
    const { kind } = await attach()
    if (kind !== 'failed' && kind !== 'broken') return
    await pauseOnClock(backOff(Math.min(tries, 5)), undefined)
  }
}

async function* none(): AsyncGenerator<Uint8Array> {
  // nothing
}
