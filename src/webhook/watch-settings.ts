// The settings of the cluster, from their ConfigMap, as they are at the moment.

import { R2k8sError } from '../errors.ts'
import type { ApiClient } from '../cluster/api-client.ts'
import { configMaps } from '../cluster/resources.ts'
import { watch } from '../cluster/watch.ts'
import { member, memberString, type JsonObject } from '../json.ts'
import type { Settings } from '../mutate/settings.ts'
import { readSettingsText } from '../settings/read-settings-text.ts'

export const settingsName = 'r2k8s-settings'
const settingsKey = 'settings.yaml'

export interface SettingsOptions {
  readonly client: ApiClient
  readonly namespace: string
  readonly defaults: Settings
  readonly onChange: () => void
  /** Settings that cannot be used leave those before in force. */
  readonly onTrouble: (error: R2k8sError) => void
  readonly signal: AbortSignal
}

export interface LiveSettings {
  readonly current: () => Settings
  /** Whether they have been looked for: there may be none. */
  readonly isReady: () => boolean
  readonly done: Promise<void>
}

export function watchSettings(options: SettingsOptions): LiveSettings {
  const { client, namespace, defaults, signal } = options
  let current = defaults
  let isReady = false

  function use(object: JsonObject | undefined): void {
    const text = memberString(member(object, 'data'), settingsKey)
    try {
      const next =
        text === undefined ? defaults : readSettingsText(text, settingsKey, defaults)
      current = next
      options.onChange()
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      options.onTrouble(error)
    }
  }

  const done = watch(
    client,
    { resource: configMaps, namespace, fields: `metadata.name=${settingsName}` },
    {
      listed: (items) => {
        use(items[0])
        isReady = true
      },
      changed: (change, object) => {
        use(change === 'deleted' ? undefined : object)
      },
      troubled: options.onTrouble,
    },
    { signal },
  )
  return { current: () => current, isReady: () => isReady, done }
}
