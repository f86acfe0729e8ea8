// Outputs that the packer holds for this machine.

import { R2k8sError, type Problem } from '../errors.ts'
import type { Following } from './following.ts'
import { judgeRun } from './judge.ts'
import { tellPacker } from './tell-packer.ts'

/**
 * Waits for them, has them fetched, and lets the packer go.
 * @returns what could not be taken
 * @throws R2k8sError
 */
export async function bringHome({
  client,
  run,
  listener,
  watch,
  signal,
  packed,
}: Following): Promise<readonly Problem[]> {
  const { namespace, about } = run
  if (about.fetched.length === 0) return []
  const ended = watch.until((view) => judgeRun(view) && ('ended' as const), signal)
  const word = await Promise.race([packed.told, ended])
  const { pod } = watch.view()
  if (word === 'ended' || word.held.size === 0 || pod === undefined) return []
  const { results, held: sizes } = word
  const problems = await listener.takeHome({ pod: pod.name, sizes, results })
  // It goes with the word, whose answer may be lost: one that is gone needs no other.
  const gone = new AbortController()
  const noMore = AbortSignal.any([signal, gone.signal])
  ended
    .then(() => {
      gone.abort()
    })
    .catch(() => undefined) // the signal, of which the word hears, too
  try {
    await tellPacker(client, { namespace, pod: pod.name }, 'release', noMore)
  } catch (error) {
    signal.throwIfAborted()
    const state = watch.view().pod?.pack.kind
    if (!(error instanceof R2k8sError) || state === 'running') throw error
  }
  return problems
}
