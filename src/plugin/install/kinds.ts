// The kinds of objects that are installed, and where the API has them: the server need not be asked.

import type { ObjectRef, Resource } from '../../cluster/api-client.ts'
import { member, memberString, type JsonObject } from '../../json.ts'

interface Kind {
  readonly plural: string
  readonly namespaced: boolean
}

const inNamespace = (plural: string): Kind => ({ plural, namespaced: true })
const ofCluster = (plural: string): Kind => ({ plural, namespaced: false })

const kinds: Readonly<Record<string, Kind>> = {
  Certificate: inNamespace('certificates'),
  ClusterRole: ofCluster('clusterroles'),
  ClusterRoleBinding: ofCluster('clusterrolebindings'),
  ConfigMap: inNamespace('configmaps'),
  CustomResourceDefinition: ofCluster('customresourcedefinitions'),
  Deployment: inNamespace('deployments'),
  Issuer: inNamespace('issuers'),
  MutatingWebhookConfiguration: ofCluster('mutatingwebhookconfigurations'),
  Namespace: ofCluster('namespaces'),
  PodDisruptionBudget: inNamespace('poddisruptionbudgets'),
  ResourceQuota: inNamespace('resourcequotas'),
  Role: inNamespace('roles'),
  RoleBinding: inNamespace('rolebindings'),
  Secret: inNamespace('secrets'),
  Service: inNamespace('services'),
  ServiceAccount: inNamespace('serviceaccounts'),
  ValidatingAdmissionPolicy: ofCluster('validatingadmissionpolicies'),
  ValidatingAdmissionPolicyBinding: ofCluster('validatingadmissionpolicybindings'),
}

export function kindOf(object: JsonObject): string {
  return memberString(object, 'kind') ?? ''
}

/** Of an object of our own manifests. @throws Error when it is of an unlisted kind */
export function refOf(object: JsonObject): ObjectRef {
  const kind = kinds[kindOf(object)]
  if (kind === undefined) throw new Error(`${kindOf(object)} is not in the list of kinds`)
  const metadata = member(object, 'metadata')
  const namespace = memberString(metadata, 'namespace')
  const resource: Resource = {
    apiVersion: memberString(object, 'apiVersion') ?? '',
    ...kind,
  }
  return {
    resource,
    name: memberString(metadata, 'name') ?? '',
    ...(namespace !== undefined && { namespace }),
  }
}

/** `deployment.apps/r2k8s-webhook`, as kubectl names it. */
export function nameOf(object: JsonObject): string {
  const [group = '', version] = (memberString(object, 'apiVersion') ?? '').split('/')
  const suffix = version === undefined ? '' : `.${group}`
  return `${kindOf(object).toLowerCase()}${suffix}/${refOf(object).name}`
}
