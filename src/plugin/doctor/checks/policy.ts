// The second look: a policy that refuses what gets past the webhook, in clear words.

import { policyName } from '../../webhook/installed-objects.ts'
import { actionsOf } from '../../webhook/second-look.ts'
import { ok, unknown, warning, type Check } from '../check.ts'

const consequence = 'a formula pod that gets past the webhook waits for an image for ever'
const hint = 'kubectl r2k8s install'

export const checkPolicy: Check = {
  name: 'policy',
  run: async ({ facts }) => {
    const [policy, binding] = await Promise.all([facts.policy(), facts.binding()])
    if (policy.kind === 'missing') {
      return warning(`the policy ${policyName} is missing: ${consequence}`, hint)
    }
    if (binding.kind === 'missing') {
      return warning(`nothing binds the policy ${policyName}: ${consequence}`, hint)
    }
    for (const reading of [policy, binding]) {
      if (reading.kind === 'unknown') {
        return unknown(`the policy ${policyName} may not be read: ${reading.why}`)
      }
    }
    const actions = actionsOf(binding)
    return actions.includes('Deny')
      ? ok(`the policy ${policyName} refuses what gets past the webhook`)
      : warning(
          `the policy ${policyName} only does ${actions.join(', ')}, not Deny: ${consequence}`,
          hint,
        )
  },
}
