// A container that waits for its volumes or its network: only the events of the pod say what is missing.

import type { ContainerFacts } from '../container-facts.ts'
import { createMissing } from './config-error.ts'
import {
  diagnosis,
  kubectl,
  newestEvent,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

const waitsForNode = new Set(['PodInitializing', 'ContainerCreating'])

export function readVolumeTrouble(
  context: PodContext,
  { state }: ContainerFacts,
): Diagnosis | undefined {
  if (state.kind !== 'waiting' || !waitsForNode.has(state.reason)) return undefined
  const mount = newestEvent(context, 'FailedMount', 'FailedAttachVolume')
  if (mount !== undefined) {
    const message = `the node cannot mount a volume: ${mount.message.trim()}`
    const missing = /(configmap|secret) "([^"]+)" not found/.exec(mount.message)
    const next =
      missing === null
        ? {
            text: 'correct the volume; all that was tried is in the events',
            command: kubectl(context, 'describe', 'pod', context.name),
          }
        : createMissing(context, missing[1] ?? '', missing[2] ?? '')
    return diagnosis('held-up', message, next)
  }
  const sandbox = newestEvent(context, 'FailedCreatePodSandBox')
  if (sandbox === undefined) return undefined
  return diagnosis(
    'held-up',
    `the node cannot set the pod up: ${sandbox.message.trim()}`,
    {
      text: 'this is up to the node: its network or its runtime',
      command: 'kubectl describe nodes',
    },
  )
}
