// Why the cluster takes no pod of a workload, from what it answered to whoever tried to create one.

import type { NextStep } from './model.ts'

export interface RefusalWords {
  readonly message: string
  readonly nextStep: NextStep
}

export function explainRefusal(told: string, namespace: string): RefusalWords {
  const message = withoutFrame(told)
  const known = answers.find(({ pattern }) => pattern.test(message))
  const next = known?.next(known.pattern.exec(message)?.[1] ?? '', namespace)
  return {
    message,
    nextStep: next ?? {
      text: 'correct what it complains of; the controller tries again by itself',
    },
  }
}

/** Of the controller and of the API server, around the words of the webhook or policy. */
function withoutFrame(told: string): string {
  return told
    .replace(/^\(combined from similar events\): /, '')
    .replace(/^Error creating: /, '')
    .replace(/^(?:[Cc]reate Pod \S+ in StatefulSet \S+ failed error): /, '')
    .replace(/^admission webhook "pods\.mutate\.r2k8s\.io" denied the request: /, '')
    .replace(/^pods "[^"]*" is forbidden: /, '')
    .replace(
      /^ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request: /,
      '',
    )
    .trim()
}

interface Answer {
  readonly pattern: RegExp
  readonly next: (what: string, namespace: string) => NextStep
}

const tries = 'pods are then created by themselves'

const answers: readonly Answer[] = [
  {
    pattern: /there is no formula "repeatr:0\/([^":]+)[^"]*"/,
    next: (name, namespace) => ({
      text: `push the formula under this name; ${tries}`,
      command: `kubectl r2k8s push FORMULA --name ${name} -n ${namespace}`,
    }),
  },
  {
    pattern: /pins an ID, but the formula's is (\S+)/,
    next: (id) => ({
      text: `pin ${id} in the image, or push the formula that was meant under another name`,
    }),
  },
  {
    pattern: /failed calling webhook|failed to call webhook/,
    next: () => ({
      text: `bring the webhook back; ${tries}`,
      command: 'kubectl r2k8s webhook status',
    }),
  },
  {
    pattern: /was not rewritten/,
    next: (_, namespace) => ({
      text: 'find out why the webhook is not asked; once it is, pods are created by themselves',
      command: `kubectl r2k8s doctor -n ${namespace}`,
    }),
  },
  {
    pattern: /exceeded quota: ([^,]+)/,
    next: (quota, namespace) => ({
      text: 'raise the quota, or ask for less of it; the fetcher counts, too',
      command: `kubectl describe quota ${quota} -n ${namespace}`,
    }),
  },
  {
    pattern: /violates PodSecurity "([^":]+)/,
    next: (level, namespace) => ({
      text: `let pod and formula do with less: under "${level}" no formula runs as root`,
      command: `kubectl r2k8s doctor -n ${namespace}`,
    }),
  },
]
