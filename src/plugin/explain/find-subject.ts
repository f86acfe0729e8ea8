// What the user names: `web`, `pod/web`, `deploy/web`, or `deploy web`.

import type { Resource } from '../../cluster/api-client.ts'
import { quote, throwIfAny, type Problem } from '../../errors.ts'

export interface Subject {
  readonly kind: SubjectKind
  readonly name: string
}

export type SubjectKind = keyof typeof subjectKinds

const apps = 'apps/v1'
const batch = 'batch/v1'

/** With the words that kubectl takes for them. */
export const subjectKinds = {
  Pod: kind('v1', 'pods', 'pod', 'po'),
  Deployment: kind(apps, 'deployments', 'deployment', 'deploy'),
  ReplicaSet: kind(apps, 'replicasets', 'replicaset', 'rs'),
  StatefulSet: kind(apps, 'statefulsets', 'statefulset', 'sts'),
  DaemonSet: kind(apps, 'daemonsets', 'daemonset', 'ds'),
  Job: kind(batch, 'jobs', 'job'),
  CronJob: kind(batch, 'cronjobs', 'cronjob', 'cj'),
} as const satisfies Record<string, SubjectType>

interface SubjectType {
  readonly resource: Resource
  readonly words: readonly string[]
}

function kind(apiVersion: string, plural: string, ...words: readonly string[]) {
  return { resource: { apiVersion, plural, namespaced: true }, words: [plural, ...words] }
}

/** @throws R2k8sError usage */
export function readSubjects(args: readonly string[]): Subject[] {
  const [first = '', ...names] = args
  const kindOfAll = kindNamed(first)
  // As kubectl has it, too: the kind once, then names.
  if (kindOfAll !== undefined && names.length > 0 && !names.some(hasKind)) {
    return names.map((name) => ({ kind: kindOfAll, name }))
  }
  const problems: Problem[] = []
  const subjects = args.flatMap((arg) => {
    const read = readSubject(arg)
    if ('kind' in read) return [read]
    problems.push(read)
    return []
  })
  throwIfAny(problems)
  return subjects
}

const hasKind = (arg: string): boolean => arg.includes('/')

function readSubject(arg: string): Subject | Problem {
  const slash = arg.indexOf('/')
  if (slash < 0 && !arg.includes('.') && kindNamed(arg) !== undefined) {
    return {
      code: 'usage',
      task: `explain ${quote(arg)}`,
      why: 'it is a kind, and a name is missing',
      hints: [
        `kubectl r2k8s explain ${arg}/NAME`,
        `a pod of that name is explained by "kubectl r2k8s explain pod/${arg}"`,
      ],
    }
  }
  if (slash < 0 && arg !== '') return { kind: 'Pod', name: arg }
  const found = kindNamed(arg.slice(0, slash))
  const name = arg.slice(slash + 1)
  if (found !== undefined && name !== '' && !name.includes('/'))
    return { kind: found, name }
  const kinds = Object.keys(subjectKinds).map((each) => each.toLowerCase())
  return {
    code: 'usage',
    task: `explain ${quote(arg)}`,
    why: 'it names no pod and nothing that makes pods',
    hints: [`write the name of a pod, or KIND/NAME; kinds are ${kinds.join(', ')}`],
  }
}

function kindNamed(word: string): SubjectKind | undefined {
  const wanted = word.toLowerCase().split('.')[0] ?? ''
  for (const [name, { words }] of Object.entries(subjectKinds)) {
    if (words.some((each) => each === wanted) && isSubjectKind(name)) return name
  }
  return undefined
}

export function isSubjectKind(name: string): name is SubjectKind {
  return Object.hasOwn(subjectKinds, name)
}
