// A container that the node cannot set up or start, or whose program ends when it should not.

import { memberString } from '../../../json.ts'
import { latestEnd, type ContainerFacts, type Ended } from '../container-facts.ts'
import { readStartFailure } from './start-failure.ts'
import { afterEnd, describeEnd } from './program-end.ts'
import { readConfigError } from './config-error.ts'
import { diagnosis, nameOf, type Diagnosis, type PodContext } from './pod-context.ts'

const startErrors = new Set(['CreateContainerError', 'RunContainerError', 'StartError'])

export function readContainerTrouble(
  context: PodContext,
  container: ContainerFacts,
): Diagnosis | undefined {
  const { state } = container
  if (state.kind === 'waiting' && state.reason === 'CreateContainerConfigError') {
    return readConfigError(context, container, state.message)
  }
  if (state.kind === 'waiting' && startErrors.has(state.reason)) {
    return readStartFailure(context, container, state.message)
  }
  const end = latestEnd(container)
  if (end?.reason === 'StartError') {
    return readStartFailure(context, container, end.message)
  }
  const isDown =
    state.kind === 'ended' ||
    (state.kind === 'waiting' && state.reason === 'CrashLoopBackOff')
  if (!isDown || end === undefined || isDone(context, end)) return undefined
  const times = container.restarts > 0 ? `, ${container.restarts + 1} times so far` : ''
  const message = `${nameOf(context, container)} ${describeEnd(end)}${times}`
  const reason =
    state.kind === 'ended' && container.restarts === 0 ? 'failed' : 'crashing'
  return diagnosis(reason, message, afterEnd(context, container, end))
}

/** The program of a Job is meant to end. */
function isDone({ pod }: PodContext, { exitCode }: Ended): boolean {
  return exitCode === 0 && memberString(pod['spec'], 'restartPolicy') !== 'Always'
}
