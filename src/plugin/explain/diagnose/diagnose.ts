// What a pod waits for, or why it failed, and what to do about it: the first that stands in the way, in
// the order in which a pod comes to life.

import { memberString } from '../../../json.ts'
import { readEviction } from './eviction.ts'
import { readContainerTrouble } from './container-trouble.ts'
import { readFetching } from './fetching.ts'
import { readImageTrouble } from './image-trouble.ts'
import { readInitTrouble } from './init-container.ts'
import { notRewritten } from './not-rewritten.ts'
import { readUnscheduled } from './unscheduled.ts'
import { readVolumeTrouble } from './volume-trouble.ts'
import { readReadiness } from './readiness.ts'
import {
  diagnosis,
  fetcherOf,
  kubectl,
  nothingToDo,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'
import type { ContainerFacts } from '../container-facts.ts'

export function diagnose(context: PodContext): Diagnosis {
  const { pod, containers } = context
  const phase = memberString(pod['status'], 'phase') ?? ''
  const early = readTermination(context) ?? notRewritten(context) ?? readEviction(context)
  if (early !== undefined) return early
  if (phase === 'Succeeded') {
    return diagnosis('completed', 'it ran to its end', nothingToDo)
  }
  const unscheduled = readUnscheduled(context)
  if (unscheduled !== undefined) return unscheduled
  const open = containers.find((container) => container.isInit && !isOver(container))
  const trouble =
    open === undefined
      ? firstOf(
          containers.filter((each) => !each.isInit),
          (container) => readMain(context, container),
        )
      : readInit(context, open)
  return trouble ?? readReadiness(context)
}

function readTermination(context: PodContext): Diagnosis | undefined {
  const { pod } = context
  const since = memberString(pod['metadata'], 'deletionTimestamp')
  if (since === undefined) return undefined
  const message = `it is being deleted, and is to be gone by ${since}`
  const wait = kubectl(context, 'wait', '--for=delete', `pod/${context.name}`)
  return diagnosis('terminating', message, {
    text: 'wait until it is gone',
    command: wait,
  })
}

/** A sidecar lets the next one start as soon as it is up. */
function isOver({ isSidecar, isStarted, state }: ContainerFacts): boolean {
  if (isSidecar) return isStarted
  return state.kind === 'ended' && state.exitCode === 0
}

function readInit(context: PodContext, container: ContainerFacts): Diagnosis | undefined {
  return (
    readImageTrouble(context, container) ??
    (fetcherOf(context, container.name) === undefined
      ? undefined
      : readFetching(context, container)) ??
    readContainerTrouble(context, container) ??
    readVolumeTrouble(context, container) ??
    readInitTrouble(context, container)
  )
}

function readMain(context: PodContext, container: ContainerFacts): Diagnosis | undefined {
  return (
    readImageTrouble(context, container) ??
    readContainerTrouble(context, container) ??
    readVolumeTrouble(context, container)
  )
}

function firstOf(
  containers: readonly ContainerFacts[],
  read: (container: ContainerFacts) => Diagnosis | undefined,
): Diagnosis | undefined {
  for (const container of containers) {
    const found = read(container)
    if (found !== undefined) return found
  }
  return undefined
}
