// What an installation with `--cert-manager` has in its namespace besides the usual, and what
// cert-manager makes of it.

import type { ApiClient, ObjectOutcome } from '../../cluster/api-client.ts'
import { member, memberString, type JsonObject } from '../../json.ts'
import { shippedObjects } from './shipped-objects.ts'

/** Refused with 404 where there is no cert-manager. */
export async function askForCertManager(client: ApiClient): Promise<ObjectOutcome> {
  return await client.ask({ method: 'GET', path: '/apis/cert-manager.io/v1' })
}

/** Issuers, Certificates, and the Secrets that these are kept in. */
export function certManagerObjects(): readonly JsonObject[] {
  const own = shippedObjects(true).filter((object) =>
    memberString(object, 'apiVersion')?.startsWith('cert-manager.io/'),
  )
  const secrets = own.flatMap((object): JsonObject[] => {
    const name = memberString(object['spec'], 'secretName')
    if (name === undefined) return []
    const namespace = member(object['metadata'], 'namespace') ?? null
    return [{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } }]
  })
  return [...own, ...secrets]
}
