// The kind Formula: whether the API server has it, in the version that this program speaks.

import type { ApiClient } from '../../../cluster/api-client.ts'
import { formulaApiVersion } from '../../../formula/formula-object.ts'
import { member, memberArray, memberString } from '../../../json.ts'
import { installHint } from '../../webhook/deployment.ts'
import { readObject } from '../../webhook/read-object.ts'
import { failed, ok, unknown, type Check } from '../check.ts'

const [group = '', version = ''] = formulaApiVersion.split('/')

/** Asked by way of discovery, which everybody may. */
export const checkFormulas: Check = {
  name: 'formulas',
  run: async ({ client }) => {
    const found = await client.ask({ method: 'GET', path: `/apis/${group}` })
    if (found.kind === 'refused') {
      return found.status === 404
        ? failed(await whyMissing(client), installHint)
        : unknown(`the kinds of ${group} may not be listed: ${found.message}`)
    }
    const served = memberArray(found.object, 'versions').map(
      (each) => memberString(each, 'version') ?? '',
    )
    if (!served.includes(version)) {
      return failed(
        `the cluster serves Formulas as ${served.join(', ')}; this program speaks ${version}`,
        'bring the older one up to date: this program, or the cluster with "kubectl r2k8s install"',
      )
    }
    const kinds = await client.ask({ method: 'GET', path: `/apis/${formulaApiVersion}` })
    const names =
      kinds.kind === 'object'
        ? memberArray(kinds.object, 'resources').map((each) => memberString(each, 'name'))
        : []
    if (!names.includes('formulas')) return failed(await whyMissing(client), installHint)
    return ok(`the cluster serves ${formulaApiVersion} Formulas`)
  },
}

/** A definition may be there and not be accepted. */
async function whyMissing(client: ApiClient): Promise<string> {
  const definition = await readObject(client, {
    resource: {
      apiVersion: 'apiextensions.k8s.io/v1',
      plural: 'customresourcedefinitions',
      namespaced: false,
    },
    name: `formulas.${group}`,
  })
  const conditions =
    definition.kind === 'found'
      ? memberArray(member(definition.object, 'status'), 'conditions')
      : []
  const broken = conditions.find((each) => memberString(each, 'status') === 'False')
  const message = memberString(broken, 'message')
  return message === undefined
    ? 'the cluster does not know Formulas: r2k8s is not installed in it'
    : `the cluster knows Formulas, but does not serve them: ${message}`
}
