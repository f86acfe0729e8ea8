// Whose the files of the roots are: kept as in the wares, or flattened to one user.

import { quote, type Problem } from '../errors.ts'
import type { Note } from './decisions.ts'
import type { PodSpecPlace } from './find-pod-specs.ts'
import type { FormulaContainer } from './mutate-pod.ts'
import { annotationsPointer, type PodOverrides } from './pod-overrides.ts'
import { effectiveUser, type EffectiveUser } from './security-context.ts'
import type { Settings } from './settings.ts'

export interface ChosenOwnership {
  readonly ownership: 'keep' | 'flatten'
  /** Owner of every file when ownership is flattened: never root. */
  readonly owner: { readonly uid: number; readonly gid: number }
  /** Of the formula container with this number. */
  readonly notes: (container: number) => Note[]
  readonly problems: readonly Problem[]
}

const anybody = { uid: 1000, gid: 1000 }

/**
 * `auto` keeps ownership where a formula runs as root, since such a pod is not under Pod Security
 * *restricted* anyway, and flattens it elsewhere: then the fetcher needs no privileges.
 */
export function chooseOwnership(
  podSpec: PodSpecPlace,
  containers: readonly FormulaContainer[],
  overrides: PodOverrides,
  settings: Settings,
): ChosenOwnership {
  const users = containers.map(({ container, prepared }) =>
    effectiveUser(container.object, podSpec.object, prepared.formula.action),
  )
  const wanted = overrides.ownership ?? settings.ownership
  const mustFlatten = overrides.fetchRunAsUser !== undefined
  const asRoot = users.some((user) => user.uid === 0)
  const keep = wanted === 'keep' || (wanted === 'auto' && asRoot && !mustFlatten)
  const owner = { ...(users.find((user) => user.uid !== 0) ?? anybody) }
  const uid = overrides.fetchRunAsUser ?? owner.uid
  return {
    ownership: keep ? 'keep' : 'flatten',
    owner: { uid, gid: owner.gid },
    notes: (container) => (keep ? [] : flattenedNotes(uid, users[container])),
    problems: keep && mustFlatten ? [contradiction(podSpec, overrides)] : [],
  }
}

function flattenedNotes(uid: number, user: EffectiveUser | undefined): Note[] {
  const flattened: Note = { code: 'ownership-flattened', about: `user ${uid}` }
  if (user === undefined || user.uid === uid) return [flattened]
  const about = `it runs as user ${user.uid}, its files belong to user ${uid}`
  return [flattened, { code: 'ownership-foreign', about }]
}

function contradiction(podSpec: PodSpecPlace, overrides: PodOverrides): Problem {
  return {
    code: 'manifest-invalid',
    task: 'keep the ownership of files',
    pointer: annotationsPointer(podSpec),
    why: `only root can, and the fetcher is to run as user ${quote(String(overrides.fetchRunAsUser))}`,
    hints: ['drop one of r2k8s.io/ownership and r2k8s.io/fetch-run-as-user'],
  }
}
