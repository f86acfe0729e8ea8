// What an installation with `--cert-manager` has in its namespace besides the usual, and what
// cert-manager makes of it.

import { member, memberString, type JsonObject } from '../../json.ts'
import { adjustManifests } from './adjust-manifests.ts'
import { readManifests } from './manifests.ts'

/** Issuers, Certificates, and the Secrets that these are kept in. */
export function certManagerObjects(): readonly JsonObject[] {
  const image = 'any'
  const all = adjustManifests(readManifests(), { image, certManager: true })
  const own = all
    .map(({ object }) => object)
    .filter((object) =>
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
