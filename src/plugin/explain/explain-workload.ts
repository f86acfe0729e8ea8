// A workload without pods: why there is none, from its conditions and events. No I/O.

import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import type { PodEvent } from './diagnose/pod-context.ts'
import { explainRefusal, type RefusalWords } from './explain-refusal.ts'
import { foresee, templateReferences, type Prerequisites } from './foresee.ts'
import type { Explanation, NextStep, StatusReason } from './model.ts'

export interface WorkloadFacts extends Prerequisites {
  readonly kind: string
  readonly object: JsonObject
  /** Its own, and those of what it made, newest first. */
  readonly events: readonly PodEvent[]
}

export function explainWorkload(facts: WorkloadFacts): Explanation {
  const { kind, object } = facts
  const name = memberString(object['metadata'], 'name') ?? ''
  const namespace = memberString(object['metadata'], 'namespace') ?? ''
  const { reason, message, nextStep } = whyNoPods(facts, {
    name,
    namespace,
    reference: `${kind.toLowerCase()}/${name}`,
  })
  return {
    kind,
    name,
    namespace,
    leftAlone: [],
    warnings: [],
    status: { reason, message },
    nextStep,
  }
}

interface Named {
  readonly name: string
  readonly namespace: string
  readonly reference: string
}

interface Why {
  readonly reason: StatusReason
  readonly message: string
  readonly nextStep: NextStep
}

function whyNoPods(facts: WorkloadFacts, named: Named): Why {
  const { object } = facts
  const refusal = readRefusal(facts, named.namespace)
  if (refusal !== undefined) {
    const message = `it has no pod, as the cluster refuses to create one: ${refusal.message}`
    return { reason: 'refused', message, nextStep: refusal.nextStep }
  }
  const why = whyNone(facts, named)
  const prospect = foresee(object, facts)
  if (prospect === undefined) return why
  const { message, nextStep = why.nextStep } = prospect
  return { ...why, message: `${why.message}; ${message}`, nextStep }
}

function whyNone(
  { kind, object }: WorkloadFacts,
  { name, namespace, reference }: Named,
): Why {
  const none = (message: string, nextStep: NextStep): Why => ({
    reason: 'no-pods',
    message,
    nextStep,
  })
  const { spec, status } = object
  if (kind === 'CronJob') {
    return none(describeRuns(object), {
      text: 'run it now',
      command: `kubectl create job ${name}-now --from=${reference} -n ${namespace}`,
    })
  }
  if (member(spec, 'replicas') === 0) {
    const command = `kubectl scale ${reference} --replicas=1 -n ${namespace}`
    return none('it has no pod, and is to have none: replicas is 0', {
      text: 'scale it up',
      command,
    })
  }
  if (member(spec, 'suspend') === true) {
    const patch = `-p '{"spec":{"suspend":false}}'`
    const command = `kubectl patch ${reference} --type=merge ${patch} -n ${namespace}`
    return none('it has no pod, as it is suspended', { text: 'let it go on', command })
  }
  if (member(status, 'desiredNumberScheduled') === 0) {
    return none('it has no pod, as no node fits its template', {
      text: 'compare its nodeSelector with the labels of the nodes',
      command: 'kubectl get nodes --show-labels',
    })
  }
  const command = `kubectl describe ${reference} -n ${namespace}`
  return none('it has no pod, and nobody says why', {
    text: 'look at its events',
    command,
  })
}

function describeRuns({ spec, status }: JsonObject): string {
  const last = memberString(status, 'lastScheduleTime')
  const ran =
    last === undefined
      ? 'it has not run, or its pods are gone'
      : `it started its last job at ${last}, of which there is no pod`
  const state = member(spec, 'suspend') === true ? ', and it is suspended' : ''
  return `${ran}; its schedule is "${memberString(spec, 'schedule') ?? ''}"${state}`
}

/** Of a workload that has pods, too: then of the newer ones. */
export function readRefusal(
  { object, events, switchedOff }: WorkloadFacts,
  namespace: string,
): RefusalWords | undefined {
  const condition = memberArray(object['status'], 'conditions').find(
    (each) =>
      memberString(each, 'type') === 'ReplicaFailure' &&
      memberString(each, 'status') === 'True',
  )
  // A ReplicaSet keeps the words of its first failure for as long as it fails.
  const told =
    events.find(({ reason }) => reason === 'FailedCreate')?.message ??
    memberString(condition, 'message')
  if (told === undefined) return undefined
  const refusal = explainRefusal(told, namespace)
  if (switchedOff === undefined || templateReferences(object).length === 0) return refusal
  const { why, nextStep } = switchedOff
  const message = `${why}; as it was written, the pod is refused: ${refusal.message}`
  return { message, nextStep }
}
