// The one module of errors: codes, exit codes, the error class, and how a problem is put in words.

/**
 * Every code with its exit code: rio's and Repeatr's numbers for their meanings (to 42), ours from 60.
 * `docs/errors.md` lists the same codes; a test compares both.
 */
export const exitCodes = {
  usage: 1,
  crash: 2,
  'warehouse-unavailable': 3,
  'warehouse-unwritable': 4,
  'ware-not-found': 5,
  'ware-corrupt': 6,
  'ware-hash-mismatch': 7,
  cancelled: 8,
  'local-cache-problem': 9,
  'assembly-invalid': 10,
  'pack-invalid': 11,
  'inoperable-path': 12,
  'filter-rejection': 13,
  'job-unsuccessful': 32,
  'job-invalid': 40,
  'executor-problem': 42,
  'manifest-invalid': 60,
  'formula-not-found': 61,
  'formula-invalid': 62,
  'cluster-unreachable': 63,
  'rejected-by-cluster': 64,
  'settings-invalid': 65,
  'output-unwritable': 66,
} as const

export type ErrorCode = keyof typeof exitCodes

/**
 * One thing that stands in the way, as a value: several are collected and reported together.
 * `task` completes "cannot …" ("read the formula"), `why` gives the reason, both without a
 * final period. `where` is `file:line:col`; what has no text to point into gives the JSON `pointer`
 * of the object instead. `hints` say what to do next.
 */
export interface Problem {
  readonly code: ErrorCode
  readonly task: string
  readonly why: string
  readonly where?: string
  readonly pointer?: string
  readonly hints?: readonly string[]
}

/** "cannot read the formula at web.formula:3:5: …": one line, whatever the input contained. */
export function describeProblem(problem: Problem): string {
  const where = problem.where ?? problem.pointer
  const place = where === undefined || where === '' ? '' : ` at ${where}`
  return escapeControls(`cannot ${problem.task}${place}: ${cut(problem.why)}`)
}

/** What repeats the input may be as long as that. */
const longestReason = 2000

function cut(why: string): string {
  return why.length > longestReason ? `${why.slice(0, longestReason)}…` : why
}

/** Thrown when what was asked cannot be done; carries every problem found, at least one. */
export class R2k8sError extends Error {
  override readonly name = 'R2k8sError'
  readonly problems: readonly [Problem, ...Problem[]]

  constructor(problems: readonly [Problem, ...Problem[]], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('; '), options)
    this.problems = problems
  }

  get code(): ErrorCode {
    return this.problems[0].code
  }
}

/** Throws an {@link R2k8sError} when there is any problem, else does nothing. */
export function throwIfAny(problems: readonly Problem[]): void {
  const [first, ...others] = problems
  if (first !== undefined) throw new R2k8sError([first, ...others])
}

const longestQuote = 60

/** A value of the user's in quotes: on one line, control characters escaped, long ones cut. */
export function quote(text: string): string {
  const cut = text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text
  return escapeControls(JSON.stringify(cut))
}

/**
 * The text with control characters written out (C0, C1, line separators, bidi): they could forge
 * lines or colours on a terminal. What is escaped inside JSON stays the same JSON.
 */
export function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
