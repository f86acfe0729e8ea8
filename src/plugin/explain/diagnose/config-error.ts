// What the kubelet cannot set a container up with: a ConfigMap or Secret that is missing, a user that is
// forbidden, a part of the root that it does not find.

import type { ContainerFacts } from '../container-facts.ts'
import type { NextStep } from '../model.ts'
import {
  diagnosis,
  kubectl,
  nameOf,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

export function readConfigError(
  context: PodContext,
  container: ContainerFacts,
  message: string,
): Diagnosis {
  const why = `${nameOf(context, container)} cannot be set up: ${message.trim()}`
  return diagnosis('cannot-start', why, nextFor(context, container, message))
}

function nextFor(
  context: PodContext,
  { name }: ContainerFacts,
  message: string,
): NextStep {
  const missing = /(configmap|secret) "([^"]+)" not found/.exec(message)
  if (missing !== null) return createMissing(context, missing[1] ?? '', missing[2] ?? '')
  if (message.includes('find key')) {
    return { text: 'add the key: the container starts as soon as it is there' }
  }
  if (message.includes('subPath')) {
    return {
      text: 'the root was changed from outside: delete the pod, a new one gets a new root',
      command: kubectl(context, 'delete', 'pod', context.name),
    }
  }
  if (message.includes('runAsNonRoot')) {
    return { text: `give container "${name}" a securityContext.runAsUser above 0` }
  }
  return { text: 'correct what the node complains of' }
}

export function createMissing(context: PodContext, kind: string, name: string): NextStep {
  const isLogin = context.rewrite?.warehouseSecret === name && kind === 'secret'
  const words = isLogin
    ? ['create', 'secret', 'generic', name, '--from-file=netrc=FILE']
    : kind === 'secret'
      ? ['create', 'secret', 'generic', name, '--from-literal=KEY=VALUE']
      : ['create', 'configmap', name, '--from-literal=KEY=VALUE']
  const text = isLogin
    ? 'create the Secret with the login for the warehouse; the pod goes on as soon as it is there'
    : 'create it; the pod goes on as soon as it is there'
  return { text, command: kubectl(context, ...words) }
}
