// The namespace: whether it is there, and whether the webhook is asked about its pods.

import { member, memberString } from '../../../json.ts'
import { shippedRegistration } from '../../webhook/enable.ts'
import { unmetRequirement, type Requirement } from '../../webhook/namespace-selector.ts'
import { readRegistration } from '../../webhook/registration.ts'
import { failed, ok, unknown, type Check, type Finding, type World } from '../check.ts'

export const checkNamespace: Check = {
  name: 'namespace',
  run: lookAtNamespace,
}

/** What it finds is the reason for what others find. */
export async function lookAtNamespace(world: World): Promise<Finding> {
  const { namespace: name, facts } = world
  const reading = await facts.namespace()
  if (reading.kind === 'missing') {
    return failed(
      `there is no namespace "${name}"`,
      `kubectl create namespace ${name}, or name another with -n`,
    )
  }
  if (reading.kind === 'unknown') {
    return unknown(`the namespace "${name}" may not be read: ${reading.why}`)
  }
  const { metadata, status } = reading.object
  if (memberString(status, 'phase') === 'Terminating') {
    return failed(`the namespace "${name}" is being deleted`, 'name another with -n')
  }
  const selector = await selectorInForce(world)
  const unmet = unmetRequirement(selector, member(metadata, 'labels'))
  if (unmet !== undefined) return switchedOff(name, unmet)
  const { kind } = await facts.registration()
  return kind === 'missing'
    ? unknown(`"${name}" is not switched off, but no webhook is registered`)
    : ok(`the webhook rewrites pods in "${name}"`)
}

/** That of our manifests where the registration may not be read, or is not there. */
async function selectorInForce({ facts }: World) {
  const reading = await facts.registration()
  const found = reading.kind === 'found' ? readRegistration(reading.object) : undefined
  return (found ?? readRegistration(shippedRegistration(false)))?.namespaceSelector
}

const nameLabel = 'kubernetes.io/metadata.name'

function switchedOff(name: string, requirement: Requirement): Finding {
  const { key, operator, values } = requirement
  if (key === nameLabel) {
    const text = `the webhook leaves the namespace "${name}" alone: the cluster itself depends on it`
    return failed(text, 'name another with -n')
  }
  if (key === 'r2k8s.io/webhook') {
    return failed(
      `the namespace "${name}" is switched off by its label ${key}`,
      `kubectl label namespace ${name} ${key}-`,
    )
  }
  const removal = `kubectl label namespace ${name} ${key}-`
  return failed(
    `the webhook leaves the namespace "${name}" alone: label ${key} ${operator} ${values.join(', ')}`.trimEnd(),
    operator === 'DoesNotExist'
      ? `${removal} if nothing else goes by that label, or name another with -n`
      : 'this condition was added to the registration by somebody else',
  )
}
