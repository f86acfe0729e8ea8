// The Deployment of the webhook: what it runs, and whether it runs.

import {
  isObject,
  isString,
  member,
  memberArray,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../../json.ts'
import { failed, warning, type Trouble } from './trouble.ts'
import { systemNamespace } from './installed-objects.ts'
import type { PodFacts } from './pods.ts'
import type { Reading } from './read-object.ts'

export interface DeploymentFacts {
  readonly image: string
  /** Undefined when neither label nor tag tells it. */
  readonly version: string | undefined
  readonly wanted: number
  readonly ready: number
  /** Of the fetcher in pods, unless the settings name another. */
  readonly agentImage: string | undefined
  /** The certificate comes from files: cert-manager keeps it. */
  readonly hasCertificateFiles: boolean
  /** Why the cluster makes no pods of it. */
  readonly complaint: string | undefined
}

export function readDeployment(object: JsonObject): DeploymentFacts {
  const spec = member(object, 'spec')
  const status = member(object, 'status')
  const container = memberArray(
    member(member(spec, 'template'), 'spec'),
    'containers',
  ).find((each) => memberString(each, 'name') === 'webhook')
  const image = memberString(container, 'image') ?? ''
  const words = [...memberArray(container, 'command'), ...memberArray(container, 'args')]
  return {
    image,
    version: versionOf(object) ?? tagOf(image),
    wanted: count(member(spec, 'replicas'), 1),
    ready: count(member(status, 'readyReplicas'), 0),
    agentImage: variable(container, 'R2K8S_AGENT_IMAGE'),
    hasCertificateFiles: words.some(
      (word) => isString(word) && word.startsWith('--tls-cert-file'),
    ),
    complaint: complaintOf(status),
  }
}

export const installHint = 'whoever runs the cluster installs it: kubectl r2k8s install'

/** What keeps it from serving; `pods` tell why, where the user may see them. */
export function judgeDeployment(
  reading: Exclude<Reading, { kind: 'unknown' }>,
  pods: readonly PodFacts[],
): Trouble | undefined {
  if (reading.kind === 'missing') {
    return failed('the webhook is not installed in this cluster', installHint)
  }
  const { wanted, ready, complaint, image } = readDeployment(reading.object)
  if (wanted === 0) {
    return failed(
      'the webhook is scaled to 0 pods',
      `kubectl scale deployment r2k8s-webhook -n ${systemNamespace} --replicas=2`,
    )
  }
  if (ready >= wanted) return undefined
  const waiting = pods.find(({ why }) => why !== undefined)
  const reason = waiting?.why ?? complaint ?? 'they are not ready yet'
  const why = `${ready} of ${wanted} pods of the webhook are ready: ${reason}`
  const hint = waiting?.waitsForImage
    ? `load the image ${image} on the nodes, or name one that they can pull: kubectl r2k8s install --image IMAGE`
    : `kubectl describe pods -n ${systemNamespace}`
  return ready === 0 ? failed(why, hint) : warning(why, hint)
}

function versionOf(object: JsonObject): string | undefined {
  const labels = member(member(object, 'metadata'), 'labels')
  return memberString(labels, 'app.kubernetes.io/version')
}

/** `0.1.0` of `registry:5000/r2k8s:0.1.0@sha256:…`. */
function tagOf(image: string): string | undefined {
  const [name = ''] = image.split('@')
  return /:([^/:]+)$/.exec(name)?.[1]
}

function count(value: JsonValue | undefined, absent: number): number {
  return typeof value === 'number' ? value : absent
}

function variable(container: JsonValue | undefined, name: string): string | undefined {
  const found = memberArray(container, 'env').find(
    (each) => memberString(each, 'name') === name,
  )
  return memberString(found, 'value')
}

function complaintOf(status: JsonValue | undefined): string | undefined {
  const condition = memberArray(status, 'conditions').find(
    (each) =>
      isObject(each) && each['type'] === 'ReplicaFailure' && each['status'] === 'True',
  )
  return memberString(condition, 'message')
}
