// What to wait for while installing: a kind that is served, a Deployment that is available, a webhook
// that answers.

import type { ApiClient } from '../../cluster/api-client.ts'
import { rejected } from '../../cluster/api-failure.ts'
import {
  isObject,
  member,
  memberArray,
  type JsonObject,
  type JsonValue,
} from '../../json.ts'
import { pods } from '../../cluster/resources.ts'
import { podLabels, registrationRef } from '../webhook/installed-objects.ts'
import { readPod } from '../webhook/pods.ts'
import { readObject } from '../webhook/read-object.ts'
import { judgeRegistration } from '../webhook/registration.ts'
import { tryWebhook } from '../webhook/try-webhook.ts'
import { nameOf, refOf } from './kinds.ts'
import type { Look, Obstacle } from './wait-for.ts'

async function read(client: ApiClient, object: JsonObject): Promise<JsonObject> {
  const found = await client.get(refOf(object))
  if (found.kind === 'refused') throw rejected(`read ${nameOf(object)}`, found)
  return found.object
}

export function servesKind(client: ApiClient, definition: JsonObject): Look {
  return async () => {
    const { status } = await read(client, definition)
    return hasCondition(status, 'Established')
      ? undefined
      : { why: 'the API server does not serve it yet' }
  }
}

export function isAvailable(client: ApiClient, deployment: JsonObject): Look {
  return async () => {
    const found = await read(client, deployment)
    const { status, metadata } = found
    const wished = member(member(found, 'spec'), 'replicas')
    const isSeen = member(status, 'observedGeneration') === member(metadata, 'generation')
    const isDone =
      isSeen &&
      member(status, 'updatedReplicas') === wished &&
      member(status, 'availableReplicas') === wished &&
      member(status, 'replicas') === wished
    return isDone ? undefined : await whyPodsWait(client, deployment)
  }
}

async function whyPodsWait(client: ApiClient, deployment: JsonObject): Promise<Obstacle> {
  const { namespace = '' } = refOf(deployment)
  const { items } = await client.list({
    resource: pods,
    namespace,
    labels: podLabels,
  })
  const stuck = items.map(readPod).find(({ why }) => why !== undefined)
  if (stuck?.why === undefined) return await whyPodsRunInVain(client)
  return {
    why: stuck.why,
    hints: stuck.waitsForImage
      ? ['load the image on the nodes, or name one that they can pull with --image']
      : [`kubectl -n ${namespace} describe pods`],
  }
}

/** A pod is not ready as long as the API server would not trust it. */
async function whyPodsRunInVain(client: ApiClient): Promise<Obstacle> {
  const why = 'its pods are not ready'
  const registration = await readObject(client, registrationRef)
  const trouble =
    registration.kind === 'found'
      ? judgeRegistration(registration, 'unknown', Date.now())
      : undefined
  if (trouble?.level === 'failed') {
    return { why: `${why}: ${trouble.why}`, hints: trouble.hints }
  }
  return { why, hints: ['kubectl r2k8s webhook status shows what they say of it'] }
}

/** The API server takes a moment to hear of a registration and of its CA bundle. */
export function answers(client: ApiClient): Look {
  return async () => {
    const trial = await tryWebhook(client, 'default')
    switch (trial.kind) {
      case 'answered':
      case 'unknown': // whoever may install and not create pods has to believe it
        return undefined
      case 'trouble':
        return trial.trouble
      case 'not-asked':
        return { why: trial.why, hints: [doctor] }
    }
  }
}

const doctor = 'kubectl r2k8s doctor tells more'

function hasCondition(status: JsonValue | undefined, type: string): boolean {
  return memberArray(status, 'conditions').some(
    (condition) =>
      isObject(condition) && condition['type'] === type && condition['status'] === 'True',
  )
}
