// A pod that names a formula which does not exist, as a dry run: who refuses it, and in which words,
// tells whether the API server reaches the webhook.

import type { ApiClient } from '../../cluster/api-client.ts'
import type { Refusal } from '../../cluster/api-failure.ts'
import { pods } from '../../cluster/resources.ts'
import { member, memberArray, memberString, type JsonObject } from '../../json.ts'
import { explainCall } from './explain-call.ts'
import { policyName, webhookName } from './installed-objects.ts'
import { mayI } from './may-i.ts'
import { failed, type Trouble } from './trouble.ts'

export type Trial =
  | { readonly kind: 'answered' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  /** It is not registered, or not for this namespace. */
  | { readonly kind: 'not-asked'; readonly why: string }
  /** This user may not create pods, be it as a dry run. */
  | { readonly kind: 'unknown'; readonly why: string }

const image = 'repeatr:0/r2k8s-trial-of-no-formula'

/** @throws R2k8sError cluster-unreachable */
export async function tryWebhook(client: ApiClient, namespace: string): Promise<Trial> {
  const outcome = await client.create({ resource: pods, namespace }, trialPod, {
    dryRun: true,
  })
  if (outcome.kind === 'object') return readAdmitted(outcome.object)
  if (outcome.status === 403 && !(await mayI(client, { ...createPods, namespace }))) {
    return { kind: 'unknown', why: outcome.message }
  }
  return readRefused(outcome)
}

const createPods = { verb: 'create', group: '', resource: 'pods' } as const

/** Pod Security has nothing to say about it: it is judged before the policy is. */
const trialPod: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'r2k8s-trial-' },
  spec: {
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'trial',
        image,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          runAsNonRoot: true,
          runAsUser: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  },
}

function readAdmitted(pod: JsonObject): Trial {
  const [container] = memberArray(member(pod, 'spec'), 'containers')
  const found = memberString(container, 'image') ?? ''
  if (found === image) {
    const why =
      'formula pods are neither sent to the webhook nor refused: they never start'
    return { kind: 'not-asked', why }
  }
  // Somebody has made that Formula, of all names.
  if (memberArray(member(pod, 'spec'), 'initContainers').length > 0) {
    return { kind: 'answered' }
  }
  return trouble(
    `something replaces images before the webhook sees them: "${image}" became "${found}"`,
    'exempt images of the host "repeatr:0" from it',
  )
}

function readRefused({ reason, message }: Refusal): Trial {
  if (reason === 'formula-not-found') return { kind: 'answered' }
  // For the rest there are no codes: Go's words and the names in them are all that is told.
  if (message.includes(`'${policyName}'`)) {
    const why =
      'the API server does not send formula pods of this namespace to the webhook'
    return { kind: 'not-asked', why }
  }
  if (message.includes(`"${webhookName}" denied`)) {
    return trouble(`the webhook refuses for another reason: ${message}`, statusHint)
  }
  if (message.includes(`"${webhookName}"`)) {
    const { why, hints } = explainCall(message)
    return { kind: 'trouble', trouble: failed(why, ...hints) }
  }
  return trouble(`the pod is refused before the webhook sees it: ${message}`)
}

export const statusHint = 'kubectl r2k8s webhook status shows its last errors'

function trouble(why: string, ...hints: readonly string[]): Trial {
  return { kind: 'trouble', trouble: failed(why, ...hints) }
}
