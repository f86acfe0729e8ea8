// What became of the fetchers of a pod.

import {
  isObject,
  member,
  memberArray,
  memberString,
  type JsonValue,
} from '../../json.ts'
import { latestEnd, type ContainerFacts, type Ended } from './container-facts.ts'
import { readFetchLog } from './fetch-log.ts'
import type { Failure, Fetcher } from './model.ts'
import type { FetchOrder } from './read-orders.ts'

export function explainFetcher(
  { fetcher: name, image }: FetchOrder,
  container: ContainerFacts | undefined,
  log: readonly string[] | undefined,
): Fetcher {
  const { transfers, warnings, lastAt } = readFetchLog(log ?? [])
  const heard = lastAt === undefined ? {} : { heardAt: lastAt }
  const told = { name, image, transfers, ...heard, warnings }
  // Of a template there is neither.
  if (container === undefined || log === undefined) return told
  const end = latestEnd(container)
  const restarts = container.restarts
  if (container.state.kind === 'running') {
    return { ...told, state: 'running', restarts, startedAt: container.state.startedAt }
  }
  if (end === undefined) return { ...told, state: 'waiting', restarts }
  const times = { startedAt: end.startedAt, finishedAt: end.finishedAt }
  if (end.exitCode === 0) {
    return { ...told, state: 'done', restarts, ...times, ...secondsOf(end) }
  }
  const failure = readFailure(end)
  // A warning is repeated by the error it led to.
  const news = warnings.filter((warning) => !failure.message.includes(warning))
  return { ...told, warnings: news, state: 'failed', restarts, ...times, failure }
}

function secondsOf({ message }: Ended): { readonly seconds?: number } {
  const roots = memberArray(parse(message), 'roots')
  const seconds = roots
    .map((root) => member(root, 'seconds'))
    .filter((each) => typeof each === 'number')
  return seconds.length === 0 ? {} : { seconds: Math.max(...seconds) }
}

/** The kubelet may put the messages of two programs behind each other; ours comes first. */
export function readFailure({ message, reason, exitCode }: Ended): Failure {
  const told = parse(message) ?? parse(message.slice(0, message.indexOf('}{') + 1))
  const category = memberString(told, 'category')
  if (category !== undefined) {
    const hints = memberString(member(told, 'details'), 'hints')
    return {
      category,
      message: memberString(told, 'message') ?? '',
      ...(hints !== undefined && { hints }),
    }
  }
  if (reason === 'OOMKilled') {
    return {
      category: 'out-of-memory',
      message: 'it needed more memory than it may have',
    }
  }
  const why = message === '' ? `it ended with exit code ${exitCode}` : message.trim()
  return { category: 'unknown', message: why }
}

function parse(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue // whatever it is, it is JSON
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
