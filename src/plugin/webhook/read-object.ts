// What is in the cluster, as far as this user may see it: not being allowed to look is no failure.

import type { ApiClient, ListQuery, ObjectRef } from '../../cluster/api-client.ts'
import { R2k8sError } from '../../errors.ts'
import type { JsonObject } from '../../json.ts'

export type Reading =
  | { readonly kind: 'found'; readonly object: JsonObject }
  | { readonly kind: 'missing' }
  | Unknown

export interface Unknown {
  readonly kind: 'unknown'
  readonly why: string
}

/** @throws R2k8sError cluster-unreachable */
export async function readObject(client: ApiClient, ref: ObjectRef): Promise<Reading> {
  const outcome = await client.get(ref)
  if (outcome.kind === 'object') return { kind: 'found', object: outcome.object }
  return outcome.status === 404
    ? { kind: 'missing' }
    : { kind: 'unknown', why: outcome.message }
}

export type ListReading =
  { readonly kind: 'found'; readonly items: readonly JsonObject[] } | Unknown

/** @throws R2k8sError cluster-unreachable */
export async function readList(
  client: ApiClient,
  query: ListQuery,
): Promise<ListReading> {
  try {
    const { items } = await client.list(query)
    return { kind: 'found', items }
  } catch (error) {
    if (!(error instanceof R2k8sError) || error.code !== 'rejected-by-cluster')
      throw error
    return { kind: 'unknown', why: error.problems[0].why }
  }
}
