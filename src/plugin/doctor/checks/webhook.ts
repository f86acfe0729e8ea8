// The webhook at work: a formula pod, as a dry run, has to come back with its refusal.

import { tryWebhook } from '../../webhook/try-webhook.ts'
import { installHint } from '../../webhook/deployment.ts'
import { failed, findingOf, ok, unknown, type Check } from '../check.ts'

export const checkWebhook: Check = {
  name: 'webhook',
  run: async ({ client, namespace, facts }) => {
    const trial = await tryWebhook(client, namespace)
    switch (trial.kind) {
      case 'answered':
        return ok('the API server asks the webhook, and it answers')
      case 'trouble': {
        const { kind } = await facts.deployment()
        return kind === 'missing' ? notInstalled : findingOf(trial.trouble)
      }
      case 'unknown':
        return unknown(`no pod may be tried: ${trial.why}`)
    }
  },
}

/** Everything else that could be said about it would lead astray. */
const notInstalled = failed('nothing rewrites pods: r2k8s is not installed', installHint)
