// What was decided for each container, as data: the report of `template`, the warnings of an
// admission, log fields and metric labels are all printed from this.

export type Decision = Rewritten | Skipped

export interface Rewritten {
  readonly kind: 'rewritten'
  /** JSON pointer of the container in the document as it was. */
  readonly pointer: string
  readonly container: string
  readonly image: string
  readonly formulaId: string
  /** Name of the volume that holds the root. */
  readonly root: string
  readonly wares: readonly string[]
  /** Top-level entries of the root that are mounted. */
  readonly mounts: readonly string[]
  readonly notes: readonly Note[]
}

export interface Skipped {
  readonly kind: 'skipped'
  readonly pointer: string
  readonly container: string
  readonly image: string
  readonly reason: SkipReason
}

/** One map from code to sentence, so that text and label never drift apart. */
export const skipReasons = {
  'nearly-a-reference':
    'the image is no formula reference: a path starts with "./", a name with "repeatr:0/"',
  'no-formula': 'the image is no formula reference',
} as const

export type SkipReason = keyof typeof skipReasons

export interface Note {
  readonly code: NoteCode
  /** What the sentence of the code speaks of; part of it. */
  readonly about: string
}

interface NoteKind {
  /** A warning tells of something that may not work as the formula's author meant it. */
  readonly level: 'warning' | 'info'
  readonly sentence: (about: string) => string
}

const noteKinds = {
  'address-left-out': {
    level: 'warning',
    sentence: (about) => `left out, no pod can reach it: ${about}`,
  },
  'annotation-unknown': {
    level: 'warning',
    sentence: (about) => `the annotation ${about} means nothing to r2k8s`,
  },
  'annotation-misplaced': {
    level: 'warning',
    sentence: (about) => `${about} counts only in the metadata of the pod template`,
  },
  'args-appended': {
    level: 'info',
    sentence: (about) => `the container's args follow the formula's command ${about}`,
  },
  'capabilities-without-effect': {
    level: 'warning',
    sentence: (about) => `policy ${about} gives nothing to a user other than root`,
  },
  'env-from-overridden': {
    level: 'warning',
    sentence: (about) =>
      `the formula's ${about} wins over envFrom: Kubernetes puts env before it`,
  },
  'hostname-left-out': {
    level: 'info',
    sentence: (about) => `hostname ${about} is not set: a pod has one for all containers`,
  },
  'mount-of-user-kept': {
    level: 'info',
    sentence: (about) => `the container's own mount stands for the root's ${about}`,
  },
  'network-not-cut': {
    level: 'info',
    sentence: (about) =>
      `the formula wants ${about}; containers of a pod share its network`,
  },
  'no-index': {
    level: 'warning',
    sentence: (about) =>
      `no index of ${about}: the usual top-level directories are mounted; the annotation r2k8s.io/extra-paths names others`,
  },
  'outputs-left-out': {
    level: 'info',
    sentence: (about) => `nothing packs its outputs here: ${about}`,
  },
  'ownership-flattened': {
    level: 'info',
    sentence: (about) => `every file of the root belongs to ${about}`,
  },
  'ownership-foreign': {
    level: 'warning',
    sentence: (about) => `the container cannot write to its root: ${about}`,
  },
} as const satisfies Record<string, NoteKind>

export type NoteCode = keyof typeof noteKinds

export function noteLevel(note: Note): 'warning' | 'info' {
  return noteKinds[note.code].level
}

export function noteSentence(note: Note): string {
  return noteKinds[note.code].sentence(note.about)
}
