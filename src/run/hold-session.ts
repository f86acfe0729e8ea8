// -i -t: the action on the user's terminal, over one connection after the other.

import { R2k8sError } from '../errors.ts'
import { backOff, pauseOnClock } from '../host/pause.ts'
import { attachToAction } from './attach-to-action.ts'
import { endOfAction, type ActionTerminal, type Conversation } from './conversation.ts'
import { followLog } from './follow-log.ts'
import type { LineSink } from './log-lines.ts'
import { containers } from './run-order.ts'
import { startedIn } from './run-phase.ts'
import { attachTerminal, type Attach } from './session-attachment.ts'
import { openSessionOutput } from './session-output.ts'
import { shareInput } from './shared-input.ts'

/** In milliseconds: what the action wrote last is on its way when its end is told. */
const tail = 5000
/** Until the cluster tells of the end that the node has told. */
const news = 1500
const worthTelling = 3
/** With a connection that is lost, the terminal is still the action's for so long. */
const patience = 3000

/** @throws R2k8sError when it is forbidden, Error of the terminal */
export async function holdSession(
  { client, namespace, watch, signal, began, troubled }: Conversation,
  terminal: ActionTerminal,
): Promise<void> {
  const pod = await watch.until((view) => startedIn(view, 'action'), signal)
  if (pod === 'never') return
  began(pod)
  const log = { namespace, pod: pod.name, container: containers.action }
  const ended = endOfAction(watch, signal)
  const hasEnded = (): boolean => ended.aborted
  const output = openSessionOutput({ client, log, terminal, signal, troubled })
  const lent = lend(terminal)
  const attach: Attach = (streams) =>
    attachToAction(client, { namespace, pod: pod.name, tty: true, ...streams })
  const until = afterEnd(ended, signal)
  let isComplete = false
  let failures = 0
  try {
    while (!hasEnded()) {
      const talk = await attachTerminal(attach, lent.terminal, { output, until })
      signal.throwIfAborted()
      isComplete = talk.kind === 'ended'
      if (isComplete) lent.takeBack()
      else lent.takeBackSoon()
      failures = talk.kind === 'failed' ? failures + 1 : 0
      if (talk.kind === 'failed' && failures > worthTelling) troubled(talk.error)
      if (talk.kind === 'broken' && !hasEnded()) troubled(lost(talk.error))
      await pauseOnClock(isComplete ? news : backOff(Math.min(failures + 1, 5)), ended)
    }
  } finally {
    lent.takeBack()
  }
  signal.throwIfAborted()
  // It was over before anybody was there.
  if (!output.hasBegun()) await followLog(client, log, plain(terminal), { signal, ended })
  else if (!isComplete) await output.catchUp()
}

interface Lent {
  readonly terminal: ActionTerminal
  readonly takeBack: () => void
  /** Until then, keys wait for the next connection: Ctrl-C is meant for the action. */
  readonly takeBackSoon: () => void
}

function lend(terminal: ActionTerminal): Lent {
  let timer: NodeJS.Timeout | undefined
  const takeBack = (): void => {
    clearTimeout(timer)
    terminal.leave()
  }
  const enter = (): void => {
    clearTimeout(timer)
    terminal.enter()
  }
  return {
    terminal: { ...terminal, keys: shareInput(terminal.keys).stdin, enter },
    takeBack,
    takeBackSoon: () => {
      clearTimeout(timer)
      timer = setTimeout(takeBack, patience)
    },
  }
}

function afterEnd(ended: AbortSignal, signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  const wait = (): void => {
    setTimeout(() => {
      late.abort()
    }, tail).unref()
  }
  if (ended.aborted) wait()
  else ended.addEventListener('abort', wait, { once: true })
  return AbortSignal.any([late.signal, signal])
}

function lost(error: R2k8sError): R2k8sError {
  const [{ code, why }] = error.problems
  const task = 'stay on this terminal'
  return new R2k8sError([{ code, task, why: `${why}; attaching again` }])
}

/** Lines as they were. */
function plain({ show }: ActionTerminal): LineSink {
  let waiting: Uint8Array[] = []
  return {
    write: ({ bytes, isEnd }) => {
      waiting.push(Buffer.from(bytes), Buffer.from(isEnd ? '\n' : ''))
    },
    flush: async () => {
      const bytes = Buffer.concat(waiting)
      waiting = []
      await show(bytes)
    },
  }
}
