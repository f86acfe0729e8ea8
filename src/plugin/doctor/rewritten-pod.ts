// A pod in the shape that the webhook gives to pods: what admission has against that, it has against
// every formula.

import type { JsonObject } from '../../json.ts'
import { planVariable } from '../../mutate/fetch-plan.ts'
import type { Settings } from '../../mutate/settings.ts'

const volume = 'r2k8s-root-0'

export function rewrittenPod(settings: Settings): JsonObject {
  const { agentImage, baseImage, imagePullPolicy, fetchResources } = settings
  const keep = settings.ownership === 'keep'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'r2k8s-trial-' },
    spec: {
      automountServiceAccountToken: false,
      initContainers: [
        {
          name: 'r2k8s-fetch',
          image: agentImage,
          imagePullPolicy,
          args: ['fetch'],
          env: [{ name: planVariable, value: '{"version":1,"roots":[]}' }],
          resources: {
            requests: { ...fetchResources.requests },
            limits: { ...fetchResources.limits },
          },
          securityContext: securityContext(keep),
          volumeMounts: [{ name: volume, mountPath: '/r2k8s/0' }],
        },
      ],
      containers: [
        {
          name: 'trial',
          image: baseImage,
          imagePullPolicy,
          command: ['/bin/true'],
          // Where a quota asks for numbers, it asks the user for them.
          resources: {
            requests: { ...fetchResources.requests },
            limits: { ...fetchResources.limits },
          },
          securityContext: { ...securityContext(false), readOnlyRootFilesystem: false },
          volumeMounts: [{ name: volume, mountPath: '/bin', subPath: 'root/bin' }],
        },
      ],
      volumes: [{ name: volume, emptyDir: {} }],
    },
  }
}

/** As the fetcher has it (admission.md §6.1). */
function securityContext(keep: boolean): JsonObject {
  const id = keep ? 0 : 1000
  return {
    allowPrivilegeEscalation: false,
    capabilities: {
      ...(keep && { add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETFCAP'] }),
      drop: ['ALL'],
    },
    readOnlyRootFilesystem: true,
    runAsGroup: id,
    runAsNonRoot: !keep,
    runAsUser: id,
    seccompProfile: { type: 'RuntimeDefault' },
  }
}
