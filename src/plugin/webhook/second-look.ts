// The policy that looks twice: what becomes of a pod with a formula that the webhook was not asked about.

import type { ApiClient } from '../../cluster/api-client.ts'
import { isString, member, memberArray } from '../../json.ts'
import { bindingRef, policyName, policyRef } from './installed-objects.ts'
import { readObject, type Reading } from './read-object.ts'

/** `unknown`: the user may not look. */
export type SecondLook = 'refuses' | 'lets-pass' | 'unknown'

export async function readSecondLook(client: ApiClient): Promise<SecondLook> {
  const [policy, binding] = await Promise.all([
    readObject(client, policyRef),
    readObject(client, bindingRef),
  ])
  return judgeSecondLook(policy, binding)
}

export function judgeSecondLook(policy: Reading, binding: Reading): SecondLook {
  if (policy.kind === 'missing' || binding.kind === 'missing') return 'lets-pass'
  if (policy.kind === 'unknown' || binding.kind === 'unknown') return 'unknown'
  return actionsOf(binding).includes('Deny') ? 'refuses' : 'lets-pass'
}

export function actionsOf(binding: Reading): readonly string[] {
  if (binding.kind !== 'found') return []
  const spec = member(binding.object, 'spec')
  return memberArray(spec, 'validationActions').filter(isString)
}

/** Completes "the webhook is not registered: …". */
export const withoutWebhook: Readonly<Record<SecondLook, string>> = {
  refuses: `the policy ${policyName} refuses new pods with formulas`,
  'lets-pass': 'new pods with formulas wait for an image for ever (ImagePullBackOff)',
  unknown: 'new pods with formulas do not start',
}
