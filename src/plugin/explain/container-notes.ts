// What `template` and the webhook noted when they rewrote a container, worked out again from the pod.

import { quote } from '../../errors.ts'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import { noteLevel, noteSentence, type Note } from '../../mutate/decisions.ts'
import type { PreparedFormula } from '../../mutate/prepared-formula.ts'
import type { Remark } from './model.ts'
import { unescapeExpansion, type RootFacts } from './read-orders.ts'

export interface NotedContainer {
  readonly spec: JsonObject
  readonly root: RootFacts
  /** Paths of the user's own mounts. */
  readonly ownPaths: ReadonlySet<string>
  /** Undefined when the formula is not there any more. */
  readonly prepared: PreparedFormula | undefined
  /** To whom all files belong, when they were flattened. */
  readonly owner: number | undefined
}

export function notesOf(container: NotedContainer): Note[] {
  return [
    ...(container.prepared?.notes ?? []),
    ...keptMounts(container),
    ...withFormula(container),
    ...ownershipNotes(container),
  ]
}

export function remarkOf(note: Note): Remark {
  return { level: noteLevel(note), code: note.code, message: noteSentence(note) }
}

function keptMounts({ root, ownPaths }: NotedContainer): Note[] {
  return root.mounts
    .map((name) => `/${name}`)
    .filter((path) => ownPaths.has(path))
    .map((about) => ({ code: 'mount-of-user-kept', about }))
}

/** What depends on both, the container and the formula. */
function withFormula({ spec, root, prepared }: NotedContainer): Note[] {
  const notes: Note[] = []
  if (prepared?.formula.action.policy === 'governor' && root.user.uid !== 0) {
    notes.push({ code: 'capabilities-without-effect', about: '"governor"' })
  }
  if (prepared !== undefined && memberArray(spec, 'envFrom').length > 0) {
    const about = prepared.environment.map(({ name }) => name).join(', ')
    notes.push({ code: 'env-from-overridden', about })
  }
  if (root.program !== undefined && memberArray(spec, 'args').length > 0) {
    const [program] = memberArray(spec, 'command')
    const about = typeof program === 'string' ? unescapeExpansion(program) : root.program
    notes.push({ code: 'args-appended', about: quote(about) })
  }
  return notes
}

function ownershipNotes({ root, owner }: NotedContainer): Note[] {
  if (root.ownership === 'keep' || owner === undefined) return []
  const flattened: Note = { code: 'ownership-flattened', about: `user ${owner}` }
  if (root.user.uid === owner) return [flattened]
  const about = `it runs as user ${root.user.uid}, its files belong to user ${owner}`
  return [flattened, { code: 'ownership-foreign', about }]
}

/** Of the init container that filled the root. */
export function ownerOf(fetcher: JsonObject | undefined): number | undefined {
  const user = member(member(fetcher, 'securityContext'), 'runAsUser')
  return typeof user === 'number' ? user : undefined
}

/** The name of the volume that a mount shows, and where. */
export function mountsOf(container: JsonObject) {
  return memberArray(container, 'volumeMounts').map((mount) => ({
    path: memberString(mount, 'mountPath') ?? '',
    volume: memberString(mount, 'name') ?? '',
    isReadOnly: member(mount, 'readOnly') === true,
  }))
}
