// The settings are the administrator's: they are written once, and after that only what a flag names is
// changed in them.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { member, memberString, type JsonObject } from '../../json.ts'
import { parseDocuments } from '../../manifest/parse-document.ts'
import { applyObject, installManager, type Effect } from './apply-object.ts'
import { refOf } from './kinds.ts'

const key = 'settings.yaml'

/** @param object the ConfigMap for a cluster that has none */
export async function applySettings(
  client: ApiClient,
  object: JsonObject,
  { baseImage, signal }: { readonly baseImage?: string; readonly signal: AbortSignal },
): Promise<Effect> {
  const ref = refOf(object)
  const found = await client.get(ref, signal)
  if (found.kind === 'refused') {
    if (found.status === 404) return await applyObject(client, object, signal)
    throw rejected('read the settings', found)
  }
  const text = memberString(member(found.object, 'data'), key)
  if (baseImage === undefined && text !== undefined) return 'unchanged'
  const wished =
    baseImage === undefined || text === undefined
      ? (memberString(member(object, 'data'), key) ?? '')
      : withMember(text, 'baseImage', baseImage)
  if (wished === text) return 'unchanged'
  const written = await client.patch(
    ref,
    { data: { [key]: wished } },
    { type: 'merge', fieldManager: installManager, signal },
  )
  if (written.kind === 'refused') throw rejected('write the settings', written)
  return 'configured'
}

/** Settings that cannot be read stay as they are: the webhook and doctor tell what is wrong. */
function withMember(text: string, name: string, value: string): string {
  const [document, second] = parseDocuments(text)
  if (document === undefined) return `${name}: ${value}\n${text}`
  if (second !== undefined || document.problems.length > 0) return text
  if (document.value === null) return `${text.trimEnd()}\n${name}: ${value}\n`
  if (memberString(document.value, name) === value) return text
  return document.splice([{ op: 'add', path: `/${name}`, value }]).text
}
