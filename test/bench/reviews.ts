// Reviews of pods as API server 1.36 sends them: its order of members, its defaults, what it knows
// of who sets which field, and the token's volume, whose name is another one in every pod.

import type { JsonObject, JsonValue } from '../../src/json.ts'

export interface PodSize {
  readonly environment: number
  readonly configMaps: number
}

/** About 4, 18 and 224 KB of JSON for each review. */
export const podSizes = [
  { name: '4 KB', environment: 2, configMaps: 1 },
  { name: '18 KB', environment: 62, configMaps: 15 },
  { name: '224 KB', environment: 1140, configMaps: 100 },
] as const

/** Of the pods that a ReplicaSet makes, that with this number. */
export function podReview(image: string, size: PodSize, number = 0): string {
  return review(pod(image, size, { number }), number)
}

/** Pods of as many workloads that differ in little, one of each. */
export function podOfAnotherWorkload(
  image: string,
  size: PodSize,
  number: number,
): string {
  return review(pod(image, size, { number, workload: letters(number) }), number)
}

interface Which {
  readonly number?: number
  readonly workload?: string
}

export function pod(
  image: string,
  { environment, configMaps }: PodSize,
  { number = 0, workload = 'bcdfg' }: Which = {},
): JsonObject {
  const names = Array.from({ length: configMaps }, (_, i) => `config-${i}`)
  const variables = Array.from({ length: environment }, (_, i) => `VARIABLE_${i}`)
  const token = `kube-api-access-${letters(number)}`
  const hash = `86${workload}d6d`
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: `web-${hash}-`,
      namespace: 'shop',
      labels: { app: 'web', 'pod-template-hash': hash },
      annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-21T23:00:08Z' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `web-${hash}`,
          uid: owner,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: managedFields(names, variables),
    },
    spec: {
      volumes: [
        ...names.map((name) => ({ name, configMap: { name, defaultMode: 420 } })),
        { name: token, projected: { sources: tokenSources, defaultMode: 420 } },
      ],
      containers: [
        {
          name: 'web',
          image,
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          env: variables.map((name, i) => ({
            name,
            value: `the value of the variable with the number ${i}, of a usual length`,
          })),
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
          volumeMounts: [
            ...names.map((name) => ({
              name,
              readOnly: true,
              mountPath: `/etc/${name}`,
            })),
            {
              name: token,
              readOnly: true,
              mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
            },
          ],
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          imagePullPolicy: 'IfNotPresent',
        },
      ],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: `web-${workload}`,
      serviceAccount: `web-${workload}`,
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {},
  }
}

const owner = '88eeb0a0-37d0-4c6e-9d20-062b86785829'

const tokenSources: JsonValue = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  {
    downwardAPI: {
      items: [
        {
          path: 'namespace',
          fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' },
        },
      ],
    },
  },
]

/** What the controller has set: every field, each variable and each mount. */
function managedFields(
  names: readonly string[],
  variables: readonly string[],
): JsonValue {
  const container = {
    '.': {},
    'f:env': keyed(variables, (name) => ({ name }), ['name', 'value']),
    'f:image': {},
    'f:imagePullPolicy': {},
    'f:name': {},
    'f:ports': keyed(['8080'], () => ({ containerPort: 8080, protocol: 'TCP' }), [
      'containerPort',
      'protocol',
    ]),
    'f:resources': { '.': {}, 'f:requests': { '.': {}, 'f:cpu': {}, 'f:memory': {} } },
    'f:terminationMessagePath': {},
    'f:terminationMessagePolicy': {},
    'f:volumeMounts': keyed(names, (name) => ({ mountPath: `/etc/${name}` }), [
      'mountPath',
      'name',
      'readOnly',
    ]),
  }
  const plain = ['dnsPolicy', 'enableServiceLinks', 'restartPolicy', 'schedulerName']
  const last = ['securityContext', 'serviceAccount', 'serviceAccountName']
  return [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      time: '2026-11-21T23:00:08Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': {
          'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/restartedAt': {} },
          'f:generateName': {},
          'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
          'f:ownerReferences': { '.': {}, [`k:{"uid":"${owner}"}`]: {} },
        },
        'f:spec': {
          'f:containers': { 'k:{"name":"web"}': container },
          ...fields([...plain, ...last, 'terminationGracePeriodSeconds']),
          'f:volumes': keyed(names, (name) => ({ name }), ['configMap', 'name']),
        },
      },
    },
  ]
}

function keyed(
  names: readonly string[],
  key: (name: string) => JsonObject,
  members: readonly string[],
): JsonObject {
  const entries = names.map((name) => [
    `k:${JSON.stringify(key(name))}`,
    { '.': {}, ...fields(members) },
  ])
  return { '.': {}, ...(Object.fromEntries(entries) as JsonObject) }
}

function fields(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [`f:${name}`, {}]))
}

function review(object: JsonObject, number: number): string {
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const resource = { group: '', version: 'v1', resource: 'pods' }
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: `b1928357-eeb5-4832-860d-${String(number).padStart(12, '0')}`,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:replicaset-controller',
        uid: '366e325a-1f3c-4bfd-892c-b4b968e53d48',
        groups: [
          'system:serviceaccounts',
          'system:serviceaccounts:kube-system',
          'system:authenticated',
        ],
        extra: {
          'authentication.kubernetes.io/credential-id': [
            'JTI=1d19655b-2e82-46a4-9f6e-9758fe5110a8',
          ],
        },
      },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  })
}

/** Five of those that the API server makes random names of. */
function letters(number: number): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  const digit = (place: number): string =>
    alphabet[Math.floor(number / alphabet.length ** place) % alphabet.length] ?? ''
  return [0, 1, 2, 3, 4].map(digit).join('')
}
