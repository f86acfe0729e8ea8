// Whether the webhook is asked about the pods of a namespace at all: where it is not, the pod is judged as
// it was written, and whatever the cluster says about it comes of that.

import { member, memberString } from '../../json.ts'
import type { OpenCluster } from '../cluster/open-cluster.ts'
import { shippedRegistration } from '../webhook/enable.ts'
import { namespaces, registrationRef } from '../webhook/installed-objects.ts'
import { unmetRequirement, type Requirement } from '../webhook/namespace-selector.ts'
import { readObject } from '../webhook/read-object.ts'
import { readRegistration } from '../webhook/registration.ts'
import type { NextStep } from './model.ts'

export interface SwitchedOff {
  readonly why: string
  /** Its text may go on. */
  readonly nextStep: NextStep
}

/** Undefined where it is asked, and where that may not be read. @throws R2k8sError cluster-unreachable */
export async function readSwitch({
  client,
  namespace,
}: OpenCluster): Promise<SwitchedOff | undefined> {
  const [place, registration] = await Promise.all([
    readObject(client, { resource: namespaces, name: namespace }),
    readObject(client, registrationRef),
  ])
  if (place.kind === 'found') {
    const inForce =
      registration.kind === 'found' ? readRegistration(registration.object) : undefined
    const { namespaceSelector } =
      inForce ?? readRegistration(shippedRegistration(false)) ?? {}
    const labels = member(place.object['metadata'], 'labels')
    const unmet = unmetRequirement(namespaceSelector, labels)
    if (unmet !== undefined) {
      return switchedOff(namespace, unmet, memberString(labels, unmet.key))
    }
  }
  if (registration.kind !== 'missing') return undefined
  return {
    why: 'no webhook is registered in the cluster, so nothing is rewritten',
    nextStep: {
      text: 'have the webhook registered',
      command: 'kubectl r2k8s webhook enable',
    },
  }
}

function switchedOff(
  namespace: string,
  { key, operator, values }: Requirement,
  label: string | undefined,
): SwitchedOff {
  if (key === 'r2k8s.io/webhook' && label !== undefined) {
    return {
      why: `rewriting is switched off in namespace "${namespace}", by its label ${key}=${label}`,
      nextStep: {
        text: 'switch rewriting on there',
        command: `kubectl label namespace ${namespace} ${key}-`,
      },
    }
  }
  const condition = `${key} ${operator} ${values.join(', ')}`.trimEnd()
  return {
    why: `the webhook leaves the namespace "${namespace}" alone (${condition})`,
    nextStep: { text: 'use another namespace' },
  }
}
