// What several checks ask the cluster for, asked once.

import type { ApiClient, ObjectRef } from '../../cluster/api-client.ts'
import type { Refusal } from '../../cluster/api-failure.ts'
import { R2k8sError, type Problem } from '../../errors.ts'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import { readSettingsText } from '../../settings/read-settings-text.ts'
import { readDeployment } from '../webhook/deployment.ts'
import * as objects from '../webhook/installed-objects.ts'
import { readObject, type Reading, type Unknown } from '../webhook/read-object.ts'

export interface Asking {
  readonly client: ApiClient
  readonly namespace: string
  readonly version: string
}

/** Each rejects with R2k8sError when the API server does not answer. */
export interface Facts {
  readonly server: () => Promise<
    { readonly kind: 'object'; readonly object: JsonObject } | Refusal
  >
  readonly deployment: () => Promise<Reading>
  readonly registration: () => Promise<Reading>
  /** What refuses formula pods that get past the webhook. */
  readonly policy: () => Promise<Reading>
  readonly binding: () => Promise<Reading>
  /** Of the user's pods. */
  readonly namespace: () => Promise<Reading>
  readonly settings: () => Promise<SettingsFact>
  /** Names of the API groups. */
  readonly groups: () => Promise<readonly string[]>
}

export type SettingsFact =
  | { readonly kind: 'found' | 'missing'; readonly settings: Settings }
  /** The defaults stand for those that cannot be had. */
  | {
      readonly kind: 'invalid'
      readonly problems: readonly Problem[]
      readonly settings: Settings
    }
  | (Unknown & { readonly settings: Settings })

export function askForFacts({ client, namespace, version }: Asking): Facts {
  const read = (ref: ObjectRef) => once(() => readObject(client, ref))
  const deployment = read(objects.deploymentRef)
  const configMap = read(objects.settingsRef)
  return {
    server: once(() => client.ask({ method: 'GET', path: '/version' })),
    deployment,
    registration: read(objects.registrationRef),
    policy: read(objects.policyRef),
    binding: read(objects.bindingRef),
    namespace: read({ resource: objects.namespaces, name: namespace }),
    settings: once(async () =>
      readSettings(await configMap(), defaultsOf(await deployment(), version)),
    ),
    groups: once(() => listGroups(client)),
  }
}

/** Checks run side by side: who comes second waits for the same answer. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined
  return () => (asked ??= ask())
}

/** As the webhook has them, which may be of another version. */
function defaultsOf(deployment: Reading, version: string): Settings {
  if (deployment.kind !== 'found') return defaultSettings(version)
  const facts = readDeployment(deployment.object)
  const { agentImage } = facts
  const defaults = defaultSettings(facts.version ?? version)
  return agentImage === undefined ? defaults : { ...defaults, agentImage }
}

function readSettings(configMap: Reading, defaults: Settings): SettingsFact {
  if (configMap.kind === 'unknown') return { ...configMap, settings: defaults }
  const data = configMap.kind === 'found' ? member(configMap.object, 'data') : undefined
  const text = memberString(data, 'settings.yaml')
  if (text === undefined) return { kind: 'missing', settings: defaults }
  try {
    const settings = readSettingsText(text, 'settings.yaml', defaults)
    return { kind: 'found', settings }
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    return { kind: 'invalid', problems: error.problems, settings: defaults }
  }
}

async function listGroups(client: ApiClient): Promise<string[]> {
  const listed = await client.ask({ method: 'GET', path: '/apis' })
  if (listed.kind === 'refused') return []
  return memberArray(listed.object, 'groups').map(
    (group) => memberString(group, 'name') ?? '',
  )
}
