// The authorities in a Secret that all replicas share. Nobody leads: who comes second reads again.

import type { ApiClient, Resource } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { isObject, member, memberString, type JsonObject } from '../../json.ts'
import { expiryOf, makeAuthority, type Authority } from './authority.ts'
import { planAuthorities, type AuthorityPlan } from './authority-plan.ts'

export const secretName = 'r2k8s-ca'
const secrets: Resource = { apiVersion: 'v1', plural: 'secrets', namespaced: true }
const dataKey = 'authorities.json'
/** Each of them means that another replica was faster. */
const mostConflicts = 5

/**
 * What stands in the Secret once it is as it should be.
 * @throws R2k8sError when the API server cannot be asked, or refuses
 */
export async function settleAuthorities(
  client: ApiClient,
  namespace: string,
  now: number,
  settling?: number,
): Promise<AuthorityPlan> {
  const place = { resource: secrets, namespace }
  for (let tries = 0; ; tries++) {
    const found = await client.get({ ...place, name: secretName })
    if (found.kind === 'refused' && found.status !== 404) {
      throw rejected(`read the Secret ${secretName}`, found)
    }
    const known = found.kind === 'object' ? readAuthorities(found.object) : []
    const plan = planAuthorities(known, now, settling)
    if (!plan.renew && plan.keep.length === known.length) return plan
    const made = plan.renew ? [await makeAuthority(now)] : []
    const next = [...made, ...plan.keep]
    const secret = makeSecret(next, found.kind === 'object' ? found.object : undefined)
    const written =
      found.kind === 'object'
        ? await client.replace({ ...place, name: secretName }, secret)
        : await client.create(place, secret)
    if (written.kind === 'object') return planAuthorities(next, now, settling)
    if (written.status !== 409 || tries >= mostConflicts) {
      throw rejected(`write the Secret ${secretName}`, written)
    }
  }
}

/** What is no authority, or one no longer, does not count. */
function readAuthorities(secret: JsonObject): readonly Authority[] {
  const encoded = memberString(member(secret, 'data'), dataKey) ?? ''
  try {
    const list: unknown = JSON.parse(Buffer.from(encoded, 'base64').toString())
    if (!Array.isArray(list)) return []
    return list.flatMap((item: unknown) => {
      if (!isObject(item)) return []
      const { cert, key, added } = item
      if (typeof cert !== 'string' || typeof key !== 'string') return []
      if (typeof added !== 'number') return []
      return expiryOf(cert) > added ? [{ cert, key, added }] : []
    })
  } catch {
    return []
  }
}

function makeSecret(
  authorities: readonly Authority[],
  before: JsonObject | undefined,
): JsonObject {
  const version = memberString(member(before, 'metadata'), 'resourceVersion')
  const text = JSON.stringify(authorities)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: {
      name: secretName,
      labels: { 'app.kubernetes.io/name': 'r2k8s' },
      ...(version !== undefined && { resourceVersion: version }),
    },
    data: { [dataKey]: Buffer.from(text).toString('base64') },
  }
}
