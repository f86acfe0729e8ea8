// One object brought to the state that is wished for, and what that took.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { member, sameJson, type JsonObject } from '../../json.ts'
import { nameOf, refOf } from './kinds.ts'

export type Effect = 'created' | 'configured' | 'unchanged'

export const installManager = 'r2k8s-install'

/** By server-side apply; what others have set besides stays. @throws R2k8sError */
export async function applyObject(
  client: ApiClient,
  object: JsonObject,
  signal: AbortSignal,
): Promise<Effect> {
  const ref = refOf(object)
  const before = await client.get(ref, signal)
  if (before.kind === 'refused' && before.status !== 404) {
    throw rejected(`read ${nameOf(object)}`, before)
  }
  const after = await client.apply(ref, object, {
    fieldManager: installManager,
    force: true,
    signal,
  })
  if (after.kind === 'refused') throw rejected(`apply ${nameOf(object)}`, after)
  if (before.kind === 'refused') return 'created'
  return sameJson(wishesOf(before.object), wishesOf(after.object))
    ? 'unchanged'
    : 'configured'
}

/** Without what the cluster itself writes: controllers are at work while objects are applied. */
function wishesOf({ metadata, ...object }: JsonObject): JsonObject {
  const labels = member(metadata, 'labels') ?? null
  const annotations = member(metadata, 'annotations') ?? null
  return { ...object, status: null, labels, annotations }
}
