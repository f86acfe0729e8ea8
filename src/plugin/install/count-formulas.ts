// How many Formulas a cluster holds: they are users' own, and go with their kind.

import { pathOf, type ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { formulas } from '../../cluster/resources.ts'
import { memberString } from '../../json.ts'

/** In words, with their namespaces; undefined when there are none. @throws R2k8sError */
export async function countFormulas(client: ApiClient): Promise<string | undefined> {
  const first = await client.ask({
    method: 'GET',
    path: pathOf({ resource: formulas }),
    query: { limit: '1' }, // whether the kind is there; all of them are listed below
  })
  if (first.kind === 'refused') {
    if (first.status === 404) return undefined
    throw rejected('list Formulas', first)
  }
  const { items } = await client.list({ resource: formulas })
  if (items.length === 0) return undefined
  const namespaces = new Set(
    items.map(({ metadata }) => memberString(metadata, 'namespace') ?? ''),
  )
  const many = items.length === 1 ? '' : 's'
  return `${items.length} Formula${many} in ${[...namespaces].sort().join(', ')}`
}
