// Whether the user may do something, as the API server itself judges it.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { member } from '../../json.ts'

export interface Deed {
  readonly verb: string
  /** Empty for that of pods. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly namespace: string
}

/** @throws R2k8sError also when the question is refused */
export async function mayI(
  client: ApiClient,
  resourceAttributes: Deed,
): Promise<boolean> {
  const asked = await client.ask({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
  })
  if (asked.kind === 'refused') throw rejected('ask for permissions', asked)
  return member(member(asked.object, 'status'), 'allowed') === true
}
