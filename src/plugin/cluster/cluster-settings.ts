// The settings that are in force in a cluster, as far as the user may see them.

import { configMaps } from '../../cluster/resources.ts'
import { R2k8sError } from '../../errors.ts'
import { member, memberString } from '../../json.ts'
import type { Settings } from '../../mutate/settings.ts'
import { readSettingsText } from '../../settings/read-settings-text.ts'
import type { Terminal } from '../terminal.ts'
import type { OpenCluster } from './open-cluster.ts'
import { unlessCancelled } from './unless-cancelled.ts'

export interface SettingsContext {
  readonly defaults: Settings
  readonly signal: AbortSignal
  readonly terminal: Terminal
}

const place = { resource: configMaps, namespace: 'r2k8s-system', name: 'r2k8s-settings' }

/** The defaults where there are none, or none for this user: few may read another namespace. */
export async function readClusterSettings(
  { client }: OpenCluster,
  { defaults, signal, terminal }: SettingsContext,
): Promise<Settings> {
  const found = await unlessCancelled(client.get(place, signal), signal)
  if (found.kind === 'refused') return defaults
  const text = memberString(member(found.object, 'data'), 'settings.yaml')
  if (text === undefined) return defaults
  try {
    return readSettingsText(text, `ConfigMap/${place.name}`, defaults)
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    const label = { text: 'warning:', color: 'yellow' } as const
    terminal.say(`the settings of the cluster do not count here: ${error.message}`, label)
    return defaults
  }
}
