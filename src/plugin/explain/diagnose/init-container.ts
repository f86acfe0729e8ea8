// A pod that waits for an init container with which nothing is wrong so far.

import type { ContainerFacts } from '../container-facts.ts'
import {
  diagnosis,
  kubectl,
  nameOf,
  newestEvent,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

export function readInitTrouble(
  context: PodContext,
  container: ContainerFacts,
): Diagnosis {
  const subject = nameOf(context, container)
  if (container.state.kind === 'running') {
    const command = kubectl(context, 'logs', '-f', context.name, '-c', container.name)
    const message = container.isSidecar
      ? `${subject} is up, but not ready`
      : `it waits for ${subject}, which runs`
    return diagnosis('starting', message, { text: 'wait, or follow it', command })
  }
  return starting(context, `${subject} is about to start`)
}

/** Nothing has gone wrong yet. */
export function starting(context: PodContext, message: string): Diagnosis {
  const pulling = newestEvent(context, 'Pulling', 'Pulled')
  const image =
    pulling?.reason === 'Pulling' ? `; the node is ${lower(pulling.message)}` : ''
  const command = kubectl(context, 'get', 'pod', context.name, '--watch')
  return diagnosis('starting', `${message}${image}`, { text: 'wait a moment', command })
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
