// Where the parts of an installation are in a cluster.

import type { ObjectRef, Resource } from '../../cluster/api-client.ts'
import { configMaps } from '../../cluster/resources.ts'

export const systemNamespace = 'r2k8s-system'
/** The one webhook of the registration, as the API server names it in its messages. */
export const webhookName = 'pods.mutate.r2k8s.io'
export const policyName = 'r2k8s-second-look'
export const podLabels =
  'app.kubernetes.io/name=r2k8s,app.kubernetes.io/component=webhook'

const admission = 'admissionregistration.k8s.io/v1'
const inNamespace = (apiVersion: string, plural: string): Resource => {
  return { apiVersion, plural, namespaced: true }
}
const ofCluster = (apiVersion: string, plural: string): Resource => {
  return { apiVersion, plural, namespaced: false }
}

export const nodes = ofCluster('v1', 'nodes')
export const namespaces = ofCluster('v1', 'namespaces')
export const mutatingWebhooks = ofCluster(admission, 'mutatingwebhookconfigurations')
export const validatingWebhooks = ofCluster(admission, 'validatingwebhookconfigurations')
export const mutatingPolicies = ofCluster(admission, 'mutatingadmissionpolicies')
export const validatingPolicies = ofCluster(admission, 'validatingadmissionpolicies')

export const registrationRef: ObjectRef = { resource: mutatingWebhooks, name: 'r2k8s' }

export const deploymentRef: ObjectRef = {
  resource: inNamespace('apps/v1', 'deployments'),
  namespace: systemNamespace,
  name: 'r2k8s-webhook',
}

export const settingsRef: ObjectRef = {
  resource: configMaps,
  namespace: systemNamespace,
  name: 'r2k8s-settings',
}

export const policyRef: ObjectRef = {
  resource: validatingPolicies,
  name: policyName,
}

export const bindingRef: ObjectRef = {
  resource: ofCluster(admission, 'validatingadmissionpolicybindings'),
  name: policyName,
}
