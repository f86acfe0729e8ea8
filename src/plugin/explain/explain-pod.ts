// One pod and all that is known around it → its explanation. No I/O.

import { member, memberString, type JsonObject } from '../../json.ts'
import { readContainers } from './container-facts.ts'
import { diagnose } from './diagnose/diagnose.ts'
import type { Owner, PodEvent } from './diagnose/pod-context.ts'
import { explainRewrite, leftAlone } from './explain-rewrite.ts'
import { preparedFrom, type FormulaReadings } from './formula-facts.ts'
import type { Explanation } from './model.ts'
import { podWarnings } from './pod-warnings.ts'
import { readOrders } from './read-orders.ts'
import type { SwitchedOff } from './read-switch.ts'

export interface PodSurroundings {
  readonly pod: JsonObject
  /** Newest first. */
  readonly events: readonly PodEvent[]
  readonly formulas: FormulaReadings
  /** Lines of the logs of fetchers, by name of the container. */
  readonly logs: ReadonlyMap<string, readonly string[]>
  /** Undefined when they may not be read, or nobody needs them. */
  readonly nodes?: readonly JsonObject[]
  /** What the pod was made from. */
  readonly owner?: Owner
  /** Of pods that name a formula and were not rewritten. */
  readonly switchedOff?: SwitchedOff
  /** Milliseconds. */
  readonly now: number
}

export function explainPod(facts: PodSurroundings): Explanation {
  const { pod, events, formulas, logs, nodes, owner, switchedOff, now } = facts
  const name = memberString(pod['metadata'], 'name') ?? ''
  const namespace = memberString(pod['metadata'], 'namespace') ?? ''
  const node = memberString(pod['spec'], 'nodeName')
  const containers = readContainers(pod)
  const rewrite = explainRewrite({
    pod,
    containers,
    formulas,
    prepared: preparedFrom(formulas),
    logs,
  })
  const around = { events, nodes, owner, switchedOff, now }
  const { status, nextStep } = diagnose({
    pod,
    name,
    namespace,
    containers,
    rewrite,
    ...around,
  })
  return {
    kind: 'Pod',
    name,
    namespace,
    ...(node !== undefined && { node }),
    ...(rewrite !== undefined && { rewrite }),
    leftAlone: leftAlone(containers, readOrders(pod)),
    warnings: podWarnings(pod, rewrite),
    status,
    nextStep,
  }
}

export function isUnscheduled(pod: JsonObject): boolean {
  return member(pod['spec'], 'nodeName') === undefined
}
