// Why a run has not begun yet, for whoever waits for it.

import { pauseOnClock } from '../host/pause.ts'
import type { Following } from './following.ts'
import { explainPending } from './pending.ts'

const firstWord = 10_000
const nextWord = 5000

/** As long as the action has not begun: each reason once. */
export async function tellPending({
  client,
  run,
  listener,
  watch,
  signal,
}: Following): Promise<void> {
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
