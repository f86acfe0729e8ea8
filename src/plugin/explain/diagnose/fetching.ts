// A pod that waits for its fetcher: how far that is, or why it failed.

import { latestEnd, type ContainerFacts } from '../container-facts.ts'
import { readFailure } from '../explain-fetchers.ts'
import type { Failure, Fetcher } from '../model.ts'
import { formatBytes } from '../../ware/format-bytes.ts'
import { formatAge } from '../../webhook/format-age.ts'
import { nextAfterFailure } from './fetch-failure.ts'
import {
  diagnosis,
  fetcherOf,
  kubectl,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

/** Undefined while it has not started. */
export function readFetching(
  context: PodContext,
  container: ContainerFacts,
): Diagnosis | undefined {
  if (container.state.kind === 'running') {
    return readProgress(context, container, container.state.startedAt)
  }
  // What kept it from starting is no failure of its own.
  const end = latestEnd(container)
  if (end === undefined || end.exitCode === 0 || end.reason === 'StartError') {
    return undefined
  }
  const failure = readFailure(end)
  const times = container.restarts > 0 ? ` ${container.restarts + 1} times` : ''
  return {
    status: {
      reason: 'fetch-failed',
      category: failure.category,
      message: `the fetcher failed${times}: ${describeFailure(failure)}`,
    },
    nextStep: nextAfterFailure(context, failure),
  }
}

function describeFailure({ category, message }: Failure): string {
  return category === 'unknown' ? message : `${message} [${category}]`
}

function readProgress(
  context: PodContext,
  { name, restarts, last }: ContainerFacts,
  startedAt: string,
): Diagnosis {
  const since = formatAge(context.now - Date.parse(startedAt))
  const again = restarts > 0 ? `, attempt ${restarts + 1}` : ''
  const fetcher = fetcherOf(context, name)
  const progress = describeProgress(fetcher) + describeSilence(context, fetcher)
  const message = `the fetcher runs for ${since}${again}: ${progress}`
  // What stopped it before will mostly stop it again.
  if (last !== undefined && last.exitCode !== 0) {
    const failure = readFailure(last)
    const before = `the attempt before failed: ${describeFailure(failure)}`
    const next = nextAfterFailure(context, failure)
    return diagnosis('fetching', `${message}; ${before}`, next)
  }
  const command = kubectl(context, 'logs', '-f', context.name, '-c', name)
  return diagnosis('fetching', message, { text: 'wait, or follow it', command })
}

function describeProgress(fetcher: Fetcher | undefined): string {
  const transfers = fetcher?.transfers ?? []
  if (transfers.length === 0) return 'nothing has come from the warehouses yet'
  const open = transfers.filter(({ bytes, total }) => bytes !== total)
  if (open.length === 0) return 'the wares are there, it puts the roots together'
  return open
    .map(({ ware, bytes, total }) => {
      const of = total === undefined ? '' : ` of ${formatBytes(total)}`
      return `${ware}: ${formatBytes(bytes)}${of}`
    })
    .join(', ')
}

const longSilence = 30_000

/** Of a warehouse that hangs there is no other sign. */
function describeSilence({ now }: PodContext, fetcher: Fetcher | undefined): string {
  const silence = now - Date.parse(fetcher?.heardAt ?? '')
  return silence > longSilence ? `; nothing new for ${formatAge(silence)}` : ''
}
