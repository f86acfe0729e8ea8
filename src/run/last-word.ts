// The last word of a fetcher or packer, as the kubelet has kept it: results, or what went wrong.

import { exitCodes, type ErrorCode, type Problem } from '../errors.ts'
import {
  isObject,
  isString,
  member,
  memberString,
  type JsonValue,
  parseJson,
} from '../json.ts'
import type { EndedContainer } from './pod-state.ts'

export interface LastWord {
  /** Ware IDs by name of the output; undefined when they stand in the log alone, or nowhere. */
  readonly results: ReadonlyMap<string, string> | undefined
  readonly areInLog: boolean
  readonly problem: Problem | undefined
}

/** @param task completes "cannot …" where the container says nothing of its own */
export function readLastWord(ended: EndedContainer, task: string): LastWord {
  const value = parseJson(ended.message)
  const areInLog = member(value, 'resultsInLog') === true
  const results = readResults(member(value, 'results'))
  const problem = ended.exitCode === 0 ? undefined : readProblem(ended, value, task)
  return { results, areInLog, problem }
}

/** @param value the member `results` of a last word, or of a line of the log */
export function readResults(
  value: JsonValue | undefined,
): ReadonlyMap<string, string> | undefined {
  if (!isObject(value)) return undefined
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] =>
      isString(entry[1]),
    ),
  )
}

function readProblem(
  ended: EndedContainer,
  value: JsonValue | undefined,
  task: string,
): Problem {
  const category = memberString(value, 'category')
  const message = memberString(value, 'message')
  if (message === undefined || !isCode(category)) {
    return { code: 'executor-problem', task, ...explainEnd(ended) }
  }
  const details = member(value, 'details')
  const hints = memberString(details, 'hints')
  const others = memberString(details, 'others')
  // "cannot fetch the ware: it is not there"
  const [first = '', ...rest] = message.replace(/^cannot /, '').split(': ')
  const words =
    rest.length === 0 ? { task, why: first } : { task: first, why: rest.join(': ') }
  return {
    code: category,
    task: words.task,
    why: others === undefined ? words.why : `${words.why}; ${others}`,
    ...(hints !== undefined && { hints: [hints] }),
  }
}

function isCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(exitCodes, code)
}

/** Killed, or never started: then the runtime speaks for it. */
function explainEnd({ reason, exitCode, message }: EndedContainer) {
  if (reason === 'OOMKilled') {
    return {
      why: 'it took more memory than its limit and was killed (OOMKilled)',
      hints: ['settings of the cluster: "fetchResources" gives fetcher and packer more'],
    }
  }
  const said = message.trim() === '' ? '' : `: ${message.trim()}`
  return { why: `it ended with ${exitCode} (${reason || 'no reason given'})${said}` }
}
