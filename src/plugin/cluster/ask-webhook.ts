// Whether the webhook is asked about formula pods and answers: a pod that is never created, of a formula
// that does not exist, has to come back with exactly its refusal.

import type { ApiClient, Resource } from '../../cluster/api-client.ts'

export type WebhookAnswer =
  | { readonly kind: 'answered' }
  /** The pod would have been created, or somebody else refused it. */
  | { readonly kind: 'not-asked' | 'unreachable'; readonly message: string }

export const pods: Resource = { apiVersion: 'v1', plural: 'pods', namespaced: true }

/** @throws R2k8sError cluster-unreachable */
export async function askWebhook(
  client: ApiClient,
  namespace: string,
): Promise<WebhookAnswer> {
  const outcome = await client.create({ resource: pods, namespace }, question, {
    dryRun: true,
  })
  if (outcome.kind === 'object') {
    return { kind: 'not-asked', message: 'formula pods are not sent to the webhook' }
  }
  const { message } = outcome
  if (outcome.reason === 'formula-not-found' || message.includes('there is no formula')) {
    return { kind: 'answered' }
  }
  const isCall = /failed calling webhook|failed to call webhook/.test(message)
  return { kind: isCall ? 'unreachable' : 'not-asked', message }
}

const question = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'r2k8s-question-' },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      { name: 'question', image: 'repeatr:0/r2k8s-question-that-has-no-answer' },
    ],
  },
}
