// What the file system refuses, as errors with a code: those of the machine (full, read-only, not
// ours) and those of the path (too long, taken).

import { R2k8sError, type ErrorCode, type Problem } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'

/** Only another path helps against these; the rest is up to the disk and its permissions. */
const faultsOfPath = new Set([
  'EEXIST',
  'EILSEQ',
  'EINVAL',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOTDIR',
  'ERR_INVALID_ARG_VALUE',
  'ERR_OUT_OF_RANGE',
])

/** Errors of r2k8s and bugs are handed back as they are. */
export function filesetProblem(
  error: unknown,
  task: string,
  path: RawText,
  code?: ErrorCode,
): unknown {
  const found = error instanceof R2k8sError ? undefined : systemErrorCode(error)
  if (found === undefined) return error
  const own = faultsOfPath.has(found) ? 'inoperable-path' : 'local-cache-problem'
  return new R2k8sError(
    [
      {
        code: code ?? own,
        task,
        why: `${quoteRaw(path)}: ${explainSystemError(error)}`,
        ...hintsFor(found),
      },
    ],
    { cause: error },
  )
}

/** Runs `work`; what the file system refuses there is told of `path`. */
export function withProblem<T>(task: string, path: RawText, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw filesetProblem(error, task, path)
  }
}

/** The same in the cache: whatever stands in the way there, it is the cache that cannot be used. */
export function inCache<T>(task: string, path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof R2k8sError)) {
      throw filesetProblem(error, task, rawTextFromUtf8(path), 'local-cache-problem')
    }
    if (error.code !== 'inoperable-path') throw error
    const [{ why }] = error.problems
    throw new R2k8sError([{ code: 'local-cache-problem', task, why }], { cause: error })
  }
}

export function refusal(
  code: ErrorCode,
  task: string,
  why: string,
  hints: readonly string[] = [],
): R2k8sError {
  return new R2k8sError([{ code, task, why, ...(hints.length > 0 && { hints }) }])
}

export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  const code = systemErrorCode(error)
  return code !== undefined && codes.includes(code)
}

function hintsFor(code: string): Pick<Problem, 'hints'> {
  if (code !== 'EPERM') return {}
  return { hints: ['only root gives files to other owners or makes devices'] }
}
