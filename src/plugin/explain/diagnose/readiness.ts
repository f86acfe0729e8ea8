// A pod whose containers all run, or are about to.

import { memberString } from '../../../json.ts'
import type { ContainerFacts } from '../container-facts.ts'
import { describeEnd } from './program-end.ts'
import { starting } from './init-container.ts'
import {
  diagnosis,
  kubectl,
  nothingToDo,
  newestEvent,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

export function readReadiness(context: PodContext): Diagnosis {
  const { pod } = context
  const phase = memberString(pod['status'], 'phase')
  const main = context.containers.filter((container) => !container.isInit)
  if (phase === 'Failed') return failed(context)
  const late = main.find(
    ({ state }) => state.kind !== 'running' && state.kind !== 'ended',
  )
  if (late !== undefined)
    return starting(context, `container "${late.name}" is about to start`)
  const unready = main.find(({ isReady, state }) => !isReady && state.kind === 'running')
  if (unready === undefined) {
    const all = main.length === 1 ? 'its container is ready' : 'all containers are ready'
    return diagnosis(
      'running',
      `it runs, and ${all}${describeRestarts(main)}`,
      nothingToDo,
    )
  }
  const probe = newestEvent(context, 'Unhealthy')
  const why =
    probe === undefined
      ? 'its readiness probe has not succeeded yet'
      : oneLine(probe.message)
  return diagnosis(
    'not-ready',
    `container "${unready.name}" runs and is not ready: ${why}`,
    {
      text: 'read what it says, and whether the probe asks for the right thing',
      command: kubectl(context, 'logs', context.name, '-c', unready.name),
    },
  )
}

/** It may be between two crashes. */
function describeRestarts(containers: readonly ContainerFacts[]): string {
  const found = containers.find(
    ({ restarts, last }) => restarts > 0 && last !== undefined,
  )
  if (found?.last === undefined) return ''
  const { name, restarts, last } = found
  const times = restarts === 1 ? 'once' : `${restarts} times`
  return `; "${name}" was restarted ${times}: it ${describeEnd(last)}, at ${last.finishedAt}`
}

/** As a whole, by the kubelet: over its deadline, on a node that was shut down. */
function failed(context: PodContext): Diagnosis {
  const { status } = context.pod
  const reason = memberString(status, 'reason') ?? 'Failed'
  const message = memberString(status, 'message')
  const words = message === undefined ? reason : `${reason}: ${message}`
  return diagnosis('failed', `it failed: ${words}`, {
    text: 'see its events',
    command: kubectl(context, 'describe', 'pod', context.name),
  })
}

function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replace(/[:\s]+$/, '')
    .trim()
}
