// The manifests and pods that are measured, made from a few numbers.

import type { JsonObject, JsonValue } from '../../src/json.ts'

export const exampleFormula = `{
	"formula": {
		"inputs": {
			"/": "tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6"
		},
		"action": {
			"exec": ["/bin/echo", "hello world!"],
		}
	},
	"context": { "fetchUrls": { "/": ["ca+https://wares.example/"] } }
}
`

/** `documents` of which `deployments` name a formula; the others are half ConfigMaps, half Services. */
export function manifestStream(documents: number, deployments: number): string {
  const every = Math.floor(documents / deployments)
  return Array.from({ length: documents }, (_, i) => {
    if (i % every === 0 && i / every < deployments) return deployment(i)
    return i % 2 === 0 ? configMap(i) : service(i)
  }).join('---\n')
}

function deployment(i: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web-${i}
  labels: {app: web-${i}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web-${i}}
  template:
    metadata:
      labels: {app: web-${i}}
    spec:
      containers:
        - name: web # the formula
          image: ./example.formula
          ports:
            - containerPort: 80
          volumeMounts:
            - name: logs
              mountPath: /var/log/web
        - name: log-sidecar
          image: fluentd
      volumes:
        - name: logs
          emptyDir: {}
`
}

function configMap(i: number): string {
  return `apiVersion: v1
kind: ConfigMap
metadata:
  name: config-${i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
data:
  application.properties: |
    server.port=8080
    server.name=web-${i}
    # a comment in a block scalar: not ours to read
    greeting=Hello, this is configuration number ${i}
    database.url=postgres://db.shop.svc.cluster.local:5432/web
    cache.url=redis://cache.shop.svc.cluster.local:6379/0
    feature.checkout=true
    feature.recommendations=false
  script.sh: |
    #!/bin/sh
    exec ./configure --prefix=/usr
`
}

function service(i: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: service-${i}
  namespace: shop
  labels:
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
  annotations:
    example.com/owner: "team-${i % 10}"
    example.com/description: "the front of web ${i}, as seen from within the cluster"
spec:
  type: ClusterIP
  selector:
    app: web-${i}
  ports:
    - port: 80
      targetPort: 8080
      protocol: TCP
      name: http
    - port: 443
      targetPort: 8443
      protocol: TCP
      name: https
`
}

/** As the API server sends it: defaulted, with managed fields. */
export function pod(
  image: string,
  environment: number,
  configMaps: number,
  workload = '7d4b9',
): JsonObject {
  const names = Array.from({ length: configMaps }, (_, i) => `config-${i}`)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'web-7d4b9c6f5d-',
      labels: { app: 'web', 'pod-template-hash': `${workload}c6f5d` },
      annotations: { 'example.com/checksum': 'f'.repeat(64) },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web-7d4b9c6f5d',
          uid: '0',
          controller: true,
        },
      ],
      managedFields: managedFields(names),
    },
    spec: {
      containers: [
        {
          name: 'web',
          image,
          imagePullPolicy: 'Always',
          env: Array.from({ length: environment }, (_, i) => ({
            name: `VARIABLE_${i}`,
            value: `the value of the variable with the number ${i}, of a usual length`,
          })),
          ports: [{ containerPort: 8080, protocol: 'TCP' }],
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
          volumeMounts: names.map((name) => ({
            name,
            mountPath: `/etc/${name}`,
            readOnly: true,
          })),
        },
      ],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      serviceAccountName: `web-${workload}`,
      securityContext: {},
      terminationGracePeriodSeconds: 30,
      volumes: names.map((name) => ({ name, configMap: { name, defaultMode: 420 } })),
    },
    status: {},
  }
}

function managedFields(names: readonly string[]): JsonValue {
  const mounts = Object.fromEntries(
    names.map((name) => [
      `k:{"mountPath":"/etc/${name}"}`,
      { '.': {}, 'f:mountPath': {}, 'f:name': {} },
    ]),
  )
  return [
    {
      manager: 'kube-controller-manager',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:spec': {
          'f:containers': { 'k:{"name":"web"}': { 'f:volumeMounts': mounts } },
        },
      },
    },
  ]
}

/** About 4, 18 and 224 KB of JSON. */
export const podSizes = [
  { name: '4 KB', environment: 10, configMaps: 3 },
  { name: '18 KB', environment: 100, configMaps: 20 },
  { name: '224 KB', environment: 1500, configMaps: 100 },
] as const

export function review(object: JsonObject): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  })
}
