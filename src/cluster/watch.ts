// A list of objects, and every change to it from then on, for as long as anybody wants it.

import { isObject, memberString, type JsonObject, parseJson } from '../json.ts'
import { backOff, pauseOnClock, type Pause } from '../host/pause.ts'
import { R2k8sError } from '../errors.ts'
import { pathOf, sendOrThrow, type ApiClient, type ListQuery } from './api-client.ts'
import { readRefusal, rejected } from './api-failure.ts'
import { readLines } from './read-lines.ts'

export interface Watcher {
  /** All that there is now: what is not among it is gone. */
  readonly listed: (items: readonly JsonObject[]) => void
  readonly changed: (change: 'added' | 'modified' | 'deleted', object: JsonObject) => void
  /** Anything has come, be it that nothing has changed. */
  readonly heard?: () => void
  /** The list cannot be had or followed at the moment; it is tried again. */
  readonly troubled?: (error: R2k8sError) => void
}

export interface WatchOptions {
  readonly signal: AbortSignal
  readonly pause?: Pause
  /** Longest silence, in milliseconds: servers send a bookmark every minute. */
  readonly silence?: number
}

/** Runs until the signal comes. Never throws for what the server or the network does. */
export async function watch(
  client: ApiClient,
  query: Omit<ListQuery, 'signal'>,
  watcher: Watcher,
  options: WatchOptions,
): Promise<void> {
  const { signal, pause = pauseOnClock } = options
  let version: string | undefined
  let failures = 0
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await client.list({ ...query, signal })
        watcher.listed(list.items)
        watcher.heard?.()
        version = list.resourceVersion
      }
      version = await follow(client, { ...query, version }, watcher, options)
      failures = 0
    } catch (error) {
      if (isAborted(signal)) return
      if (!(error instanceof R2k8sError)) throw error
      watcher.troubled?.(error)
      failures++
      // A watch that broke off goes on where it was: nothing is missed.
      await pause(Math.min(backOff(Math.min(failures, 8)), 30_000), signal)
    }
  }
}

/** The type checker takes it for settled once it has been asked. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

/** Returns the version to go on from; undefined when that is too old by now. */
async function follow(
  client: ApiClient,
  { version, ...query }: Omit<ListQuery, 'signal'> & { readonly version: string },
  watcher: Watcher,
  { signal, silence = 150_000 }: WatchOptions,
): Promise<string | undefined> {
  const { resource, namespace, labels, fields } = query
  const task = `watch ${resource.plural}`
  const response = await sendOrThrow(
    client.connection,
    {
      method: 'GET',
      path: pathOf({ resource, ...(namespace !== undefined && { namespace }) }),
      query: {
        watch: 'true',
        resourceVersion: version,
        allowWatchBookmarks: 'true',
        labelSelector: labels,
        fieldSelector: fields,
        // Some time apart, so that the watches of all replicas do not end at once.
        timeoutSeconds: String(300 + Math.floor(Math.random() * 300)),
      },
      silence,
      signal,
    },
    task,
  )
  if (response.status !== 200) {
    const text = await response.body.text().catch(() => '')
    if (response.status === 410) return undefined
    throw rejected(task, readRefusal(response.status, parseJson(text)))
  }
  let reached = version
  try {
    for await (const line of readLines(response.body)) {
      watcher.heard?.()
      const event = parseJson(line)
      const type = memberString(event, 'type')
      const object =
        isObject(event) && isObject(event['object']) ? event['object'] : undefined
      if (object === undefined) continue
      if (type === 'ERROR') {
        const code = Number(object['code'])
        if (code === 410) return undefined
        throw rejected(task, readRefusal(code, object))
      }
      const metadata = isObject(object['metadata']) ? object['metadata'] : {}
      reached = memberString(metadata, 'resourceVersion') ?? reached
      const change = changes[type ?? '']
      if (change !== undefined) watcher.changed(change, object)
    }
  } catch (error) {
    if (error instanceof R2k8sError) throw error
    // Connections break, and servers end watches; what was seen so far counts.
    if (signal.aborted || reached !== version) return reached
    throw rejected(task, {
      kind: 'refused',
      status: 0,
      reason: '',
      message: 'the stream broke off',
    })
  } finally {
    response.body.destroy()
  }
  return reached
}

const changes: Readonly<Record<string, 'added' | 'modified' | 'deleted'>> = {
  ADDED: 'added',
  MODIFIED: 'modified',
  DELETED: 'deleted',
}
