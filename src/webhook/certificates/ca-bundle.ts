// What the API server trusts: the certificates of all authorities, in the webhook's registration. No
// manifest renders it, so that nobody's tool for manifests takes it away.

import type { ApiClient, Resource } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import { member, memberArray, memberString } from '../../json.ts'

export const registrationName = 'r2k8s'
export const webhookName = 'pods.mutate.r2k8s.io'
const fieldManager = 'r2k8s-cabundle'
const registrations: Resource = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  plural: 'mutatingwebhookconfigurations',
  namespaced: false,
}

const ref = { resource: registrations, name: registrationName }

/**
 * In PEM; empty when nobody has written it yet, undefined when the webhook is not registered.
 * @throws R2k8sError when the API server cannot be asked, or refuses
 */
export async function readCaBundle(client: ApiClient): Promise<string | undefined> {
  const found = await client.get(ref)
  if (found.kind === 'refused') {
    if (found.status === 404) return undefined
    throw rejected('read the registration of the webhook', found)
  }
  const own = memberArray(found.object, 'webhooks').find(
    (webhook) => memberString(webhook, 'name') === webhookName,
  )
  if (own === undefined) return undefined
  const encoded = memberString(member(own, 'clientConfig'), 'caBundle') ?? ''
  return Buffer.from(encoded, 'base64').toString()
}

/**
 * Writes it where it differs. False when the webhook is not registered at the moment.
 * @throws R2k8sError when the API server cannot be asked, or refuses
 */
export async function writeCaBundle(
  client: ApiClient,
  certificates: readonly string[],
): Promise<boolean> {
  const bundle = certificates.map(withBreak).join('')
  const found = await readCaBundle(client)
  if (found === undefined || found === bundle) return found === bundle
  const caBundle = Buffer.from(bundle).toString('base64')
  const written = await client.apply(
    ref,
    {
      apiVersion: registrations.apiVersion,
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: registrationName },
      webhooks: [{ name: webhookName, clientConfig: { caBundle } }],
    },
    { fieldManager, force: true },
  )
  if (written.kind === 'refused') throw rejected('write the CA bundle', written)
  return true
}

const withBreak = (pem: string): string => `${pem.trim()}\n`
