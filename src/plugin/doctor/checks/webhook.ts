// The webhook at work: a formula pod, as a dry run, has to come back with its refusal.

import { installHint } from '../../webhook/deployment.ts'
import { enableHint } from '../../webhook/registration.ts'
import { tryWebhook } from '../../webhook/try-webhook.ts'
import {
  failed,
  findingOf,
  noNamespace,
  ok,
  unknown,
  type Check,
  type Finding,
  type World,
} from '../check.ts'
import { lookAtNamespace } from './namespace.ts'

export const checkWebhook: Check = {
  name: 'webhook',
  run: async (world) => {
    const { client, namespace, facts } = world
    if ((await facts.namespace()).kind === 'missing') return unknown(noNamespace)
    const trial = await tryWebhook(client, namespace)
    if (trial.kind === 'answered') {
      return ok('the API server asks the webhook, and it answers')
    }
    if (trial.kind === 'unknown') return unknown(`no pod may be tried: ${trial.why}`)
    // Everything else that could be said of it would lead astray.
    if ((await facts.deployment()).kind === 'missing') {
      return failed('nothing rewrites pods: r2k8s is not installed', installHint)
    }
    return trial.kind === 'trouble'
      ? findingOf(trial.trouble)
      : await notAsked(trial.why, world)
  },
}

async function notAsked(why: string, world: World): Promise<Finding> {
  const namespace = await lookAtNamespace(world)
  return namespace.status === 'failed'
    ? failed(why, ...namespace.hints)
    : failed(why, enableHint)
}
