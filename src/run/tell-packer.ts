// A word to the packer of a run: it may begin, what it holds was fetched, nobody wants it any more.

import type { ApiClient } from '../cluster/api-client.ts'
import { execInPod } from '../cluster/pod-exec.ts'
import { R2k8sError } from '../errors.ts'
import { backOff, pauseOnClock } from '../host/pause.ts'
import { containers } from './run-order.ts'

/** Where the image has the agent (image/Dockerfile): an exec knows no entry point. */
export const agentCommand = ['/usr/local/bin/node', '/r2k8s/agent.cjs'] as const

export interface Packer {
  readonly namespace: string
  readonly pod: string
}

const mostTries = 6

/** The same word again does no harm. @throws R2k8sError when it cannot be told */
export async function tellPacker(
  client: ApiClient,
  { namespace, pod }: Packer,
  word: 'begin' | 'release' | 'quit',
  signal: AbortSignal,
): Promise<void> {
  const task = `tell the packer to ${word}`
  for (let tries = 1; ; tries++) {
    let why: string
    let isForbidden = false
    try {
      const outcome = await execInPod(client, {
        ...{ namespace, pod, container: containers.pack, signal },
        command: [...agentCommand, word],
      })
      if (outcome.kind === 'exited' && outcome.code === 0) return
      why =
        outcome.kind === 'refused' ? outcome.message : `it answered with ${outcome.code}`
      isForbidden = outcome.kind === 'refused' && outcome.status === 403
    } catch (error) {
      if (!(error instanceof R2k8sError) || error.code === 'cancelled') throw error
      why = error.problems[0].why
    }
    if (tries >= mostTries) {
      const hints = isForbidden
        ? ['"get" and "create" on pods/exec are needed for this']
        : []
      throw new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints }])
    }
    await pauseOnClock(backOff(tries), signal)
  }
}
