// Reviews as the API server lays them out: the spec between metadata and status.

import type { JsonObject } from '../../src/json.ts'

export function reviewBody(object: JsonObject, request: JsonObject = {}): Buffer {
  const review = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: 'u-1',
      namespace: 'shop',
      operation: 'CREATE',
      object: { ...object, status: {} },
      oldObject: null,
      ...request,
    },
  }
  return Buffer.from(JSON.stringify(review))
}

/** What the API server adds to a pod: a volume whose name is drawn, mounted in every container. */
export function withToken(pod: JsonObject, name: string): JsonObject {
  const spec = pod['spec'] as { containers: JsonObject[]; volumes?: JsonObject[] }
  const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
  const containers = spec.containers.map((container) => ({
    ...container,
    volumeMounts: [
      ...((container['volumeMounts'] ?? []) as JsonObject[]),
      { name, mountPath, readOnly: true },
    ],
  }))
  const volumes = [...(spec.volumes ?? []), { name, projected: { sources: [] } }]
  return { ...pod, spec: { ...spec, containers, volumes } }
}
