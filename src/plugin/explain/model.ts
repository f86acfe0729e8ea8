// What `explain` finds out, as data: `-o json` prints it as it is, the text is made from it.

/** The document of `-o json`. Later versions may add members; those that are here keep their meaning. */
export interface ExplanationList {
  /** One per object asked for; of files one per pod spec that names a formula. */
  readonly explanations: readonly Explanation[]
}

export interface Explanation {
  /** A pod; of a workload without one, and of files, the object itself. */
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  /** `file:line:column` of the first formula container; only of files. */
  readonly where?: string
  /** The object that was asked for, when the pod is one of its pods. */
  readonly newestOf?: {
    readonly kind: string
    readonly name: string
    readonly pods: number
  }
  readonly node?: string
  /** Absent for a pod that was left as it was, and where there is none. */
  readonly rewrite?: Rewrite
  /** Containers that are none of r2k8s. */
  readonly leftAlone: readonly LeftAlone[]
  /** Of the pod as a whole. */
  readonly warnings: readonly string[]
  /** Absent of files. */
  readonly status?: Status
  readonly nextStep?: NextStep
}

export interface Rewrite {
  /** Of the program that did it; absent when it is not recorded. */
  readonly version?: string
  /** How roots come into the pod. */
  readonly mode: string
  readonly machine?: {
    /** As `kubernetes.io/arch` has it. */
    readonly type: string
    readonly why: string
  }
  readonly ownership?: {
    readonly kind: 'keep' | 'flatten'
    /** Owner of all files of all roots, when flattened. */
    readonly user?: number
    readonly why: string
  }
  /** Name of the Secret with credentials for warehouses. */
  readonly warehouseSecret?: string
  readonly containers: readonly FormulaContainer[]
  readonly fetchers: readonly Fetcher[]
}

export interface FormulaContainer {
  readonly name: string
  readonly isInit: boolean
  /** The image as it was written. */
  readonly reference: string
  readonly formulaId: string
  /** What became of the Formula object; absent for references by path. */
  readonly formula?: FormulaState
  /** As it runs; what Kubernetes puts in for `$(NAME)` is not told. */
  readonly command: readonly string[]
  readonly commandOf: 'formula' | 'pod'
  readonly directory?: string
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly baseImage: string
  readonly root: {
    readonly mode: string
    readonly volume?: string
    readonly writable: boolean
  }
  readonly wares: readonly PlacedWare[]
  /** Top-level entries of the root that are mounted, as `/bin`. */
  readonly mounts: readonly string[]
  /** Mounts of the user's own. */
  readonly otherMounts: readonly {
    readonly path: string
    readonly volume: string
  }[]
  readonly notes: readonly Remark[]
}

export interface FormulaState {
  readonly name: string
  /** `changed`: deleted and created again with another content. */
  readonly state: 'unchanged' | 'changed' | 'deleted' | 'unknown'
  /** The ID it has now, when it changed. */
  readonly id?: string
}

export interface PlacedWare {
  readonly ware: string
  readonly path: string
  /** In the order in which they are asked. */
  readonly warehouses: readonly string[]
}

export interface Remark {
  readonly level: 'warning' | 'info'
  /** Of the notes in `template --report=json`. */
  readonly code: string
  readonly message: string
}

export interface Fetcher {
  readonly name: string
  readonly image: string
  /** Absent of files. */
  readonly state?: 'waiting' | 'running' | 'done' | 'failed'
  readonly restarts?: number
  /** RFC 3339, of the last attempt. */
  readonly startedAt?: string
  readonly finishedAt?: string
  /** What it told itself of the fetching, without the start of its container. */
  readonly seconds?: number
  readonly failure?: Failure
  readonly transfers: readonly Transfer[]
  /** RFC 3339, of the last line of its log. */
  readonly heardAt?: string
  /** From its log. */
  readonly warnings: readonly string[]
}

export interface Failure {
  /** A code of docs/errors.md, or `out-of-memory`, or `unknown` where it left no word. */
  readonly category: string
  readonly message: string
  readonly hints?: string
}

export interface Transfer {
  readonly ware: string
  /** Of the archive. */
  readonly bytes: number
  readonly total?: number
  readonly seconds?: number
}

export interface LeftAlone {
  readonly name: string
  readonly image: string
}

export interface Status {
  readonly reason: StatusReason
  /** Of a fetcher that failed: its code of docs/errors.md. */
  readonly category?: string
  readonly message: string
}

/** `refused`: the cluster takes no pod. `held-up`: the pod waits for something that is not there. */
export type StatusReason =
  | 'running'
  | 'completed'
  | 'starting'
  | 'fetching'
  | 'not-ready'
  | 'terminating'
  | 'no-pods'
  | 'refused'
  | 'not-rewritten'
  | 'unschedulable'
  | 'image-unavailable'
  | 'held-up'
  | 'fetch-failed'
  | 'cannot-start'
  | 'crashing'
  | 'evicted'
  | 'failed'

export interface NextStep {
  readonly text: string
  /** Of pods, where the text says to add one by hand. */
  readonly annotation?: { readonly name: string; readonly value: string }
  /** Words in capitals are for the user to fill in. */
  readonly command?: string
}
