// What the webhook knows of the cluster, in memory and always up to date: formulas and settings. An
// admission asks nobody.

import type { ApiClient } from '../cluster/api-client.ts'
import { formulas } from '../cluster/resources.ts'
import { watch } from '../cluster/watch.ts'
import { readYamlText } from '../manifest/read-yaml-text.ts'
import type { Settings } from '../mutate/settings.ts'
import { createFormulaCache, type FormulaCache } from './formula-cache.ts'
import { createStatusWriter } from './formula-status.ts'
import { reasonOf, type Log } from './log.ts'
import { watchSettings } from './watch-settings.ts'

export interface ClusterOptions {
  readonly client: ApiClient
  /** The webhook's own: of the settings. */
  readonly namespace: string
  readonly defaults: Settings
  readonly log: Log
  readonly signal: AbortSignal
}

export interface ClusterKnowledge {
  readonly formulas: FormulaCache
  readonly settings: () => Settings
  /** What has not been read yet; undefined when all is. */
  readonly missing: () => string | undefined
  /** Seconds since the cluster told anything about formulas. */
  readonly age: () => number
  /** Resolves when the signal has come. */
  readonly done: Promise<unknown>
}

export function followCluster(options: ClusterOptions): ClusterKnowledge {
  const { client, namespace, defaults, log, signal } = options
  const trouble = (doing: string) => (error: unknown) => {
    if (!signal.aborted) log.warn(doing, { reason: reasonOf(error) })
  }
  const settings = watchSettings({
    client,
    namespace,
    defaults,
    onChange: () => {
      cache.forgetPrepared()
      log.info('settings are in force')
    },
    onTrouble: trouble('cannot use the settings'),
    signal,
  })
  const statuses = createStatusWriter({
    client,
    onTrouble: trouble('cannot write the status of a Formula'),
    signal,
  })
  const cache = createFormulaCache({
    settings: settings.current,
    readYaml: readYamlText,
    onRead: statuses.note,
  })
  let heardAt = Date.now()
  const watcher = {
    ...cache,
    heard: () => {
      heardAt = Date.now()
    },
    troubled: trouble('cannot follow the Formulas'),
  }
  const watching = watch(client, { resource: formulas }, watcher, { signal })
  return {
    formulas: cache,
    settings: settings.current,
    missing: () => {
      if (!settings.isReady()) return 'the settings are not read yet'
      return cache.isReady() ? undefined : 'the Formulas are not read yet'
    },
    age: () => (Date.now() - heardAt) / 1000,
    done: Promise.all([settings.done, watching]),
  }
}
