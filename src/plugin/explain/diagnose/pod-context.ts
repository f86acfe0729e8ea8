// What a diagnosis looks at: one pod with all that is known around it.

import type { JsonObject } from '../../../json.ts'
import type { ContainerFacts } from '../container-facts.ts'
import type { NextStep, Rewrite, Status, StatusReason } from '../model.ts'
import type { SwitchedOff } from '../read-switch.ts'

export interface PodContext {
  readonly pod: JsonObject
  readonly name: string
  readonly namespace: string
  readonly containers: readonly ContainerFacts[]
  readonly rewrite: Rewrite | undefined
  /** Newest first. */
  readonly events: readonly PodEvent[]
  /** Undefined when they may not be read, or nobody needs them. */
  readonly nodes: readonly JsonObject[] | undefined
  readonly owner: Owner | undefined
  /** Undefined where the webhook is asked, and where nobody knows. */
  readonly switchedOff: SwitchedOff | undefined
  /** Milliseconds. */
  readonly now: number
}

export interface PodEvent {
  readonly type: string
  readonly reason: string
  readonly message: string
  /** RFC 3339. */
  readonly time: string
}

/** What the pod was made from: where its template stands, as far as it can be followed. */
export interface Owner {
  readonly kind: string
  readonly name: string
}

export interface Diagnosis {
  readonly status: Status
  readonly nextStep: NextStep
}

export function diagnosis(
  reason: StatusReason,
  message: string,
  nextStep: NextStep | string,
): Diagnosis {
  return {
    status: { reason, message },
    nextStep: typeof nextStep === 'string' ? { text: nextStep } : nextStep,
  }
}

/** `kubectl logs web -n shop`: commands name the namespace, whatever that of the context is. */
export function kubectl(
  { namespace }: Pick<PodContext, 'namespace'>,
  ...words: string[]
) {
  return `kubectl ${words.join(' ')} -n ${namespace}`
}

export function newestEvent(
  { events }: PodContext,
  ...reasons: readonly string[]
): PodEvent | undefined {
  return events.find(({ reason }) => reasons.includes(reason))
}

export const nothingToDo = 'nothing to do'

export function fetcherOf({ rewrite }: PodContext, name: string) {
  return rewrite?.fetchers.find((fetcher) => fetcher.name === name)
}

export function formulaContainerOf({ rewrite }: PodContext, name: string) {
  return rewrite?.containers.find((container) => container.name === name)
}

/** How a container is called in words. */
export function nameOf(context: PodContext, { name, isInit }: ContainerFacts): string {
  if (fetcherOf(context, name) !== undefined) return 'the fetcher'
  return isInit ? `init container "${name}"` : `container "${name}"`
}
