// What the user may do in the namespace, as the API server itself judges it.

import type { ApiClient } from '../../../cluster/api-client.ts'
import { member, memberString } from '../../../json.ts'
import { mayI, type Deed } from '../../webhook/may-i.ts'
import { failed, ok, warning, type Check } from '../check.ts'

interface Need {
  readonly deed: Omit<Deed, 'namespace'>
  readonly words: string
  /** What the user does without otherwise; undefined where nothing goes without it. */
  readonly loss?: string
}

const formulas = { group: 'r2k8s.io', resource: 'formulas' }
const pods = { group: '', resource: 'pods' }

const needs: readonly Need[] = [
  { deed: { verb: 'create', ...formulas }, words: 'create formulas' },
  { deed: { verb: 'get', ...formulas }, words: 'get formulas' },
  { deed: { verb: 'list', ...formulas }, words: 'list formulas' },
  {
    deed: { verb: 'create', ...pods },
    words: 'create pods',
    loss: 'only controllers can start pods, and this doctor cannot try any',
  },
  {
    deed: { verb: 'get', ...pods, subresource: 'log' },
    words: 'get pods/log',
    loss: 'the reason why a fetch failed stays hidden',
  },
]

export const checkPermissions: Check = {
  name: 'permissions',
  run: async ({ client, namespace }) => {
    const asked = await Promise.all(
      needs.map(async (need) => ({
        ...need,
        allowed: await mayI(client, { ...need.deed, namespace }),
      })),
    )
    const missing = asked.filter(({ allowed }) => !allowed)
    if (missing.length === 0) {
      return ok(`you may ${listOf(needs)} in "${namespace}"`)
    }
    const hint = await grantHint(client, namespace)
    const essential = missing.filter(({ loss }) => loss === undefined)
    const losses = missing.flatMap(({ words, loss }) =>
      loss === undefined ? [] : [`without "${words}": ${loss}`],
    )
    const text = `you may not ${listOf(missing)} in "${namespace}"`
    return essential.length > 0
      ? failed(text, hint, ...losses)
      : warning(text, hint, ...losses)
  },
}

function listOf(which: readonly Need[]): string {
  return which.map(({ words }) => words).join(', ')
}

/** The usual roles have what is needed: the installation adds to them. */
async function grantHint(client: ApiClient, namespace: string): Promise<string> {
  const subject = subjectOf(await whoAmI(client))
  return `whoever runs the cluster grants it: kubectl create rolebinding r2k8s-users -n ${namespace} --clusterrole=edit ${subject}`
}

async function whoAmI(client: ApiClient): Promise<string | undefined> {
  const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const asked = await client.ask({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(kind),
  })
  if (asked.kind === 'refused') return undefined
  return memberString(member(member(asked.object, 'status'), 'userInfo'), 'username')
}

/** Letters that a shell would take for its own do not come up in names that can be granted by a flag. */
function subjectOf(user: string | undefined): string {
  if (user === undefined || !/^[\w.@:/-]+$/.test(user)) return '--user=USER'
  const [, account] = /^system:serviceaccount:(.+:.+)$/.exec(user) ?? []
  return account === undefined ? `--user=${user}` : `--serviceaccount=${account}`
}
