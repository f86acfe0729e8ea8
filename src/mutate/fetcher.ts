// The init container that fetches the wares of all formula containers of a pod (admission.md §6.1).

import { quote, type Problem } from '../errors.ts'
import type { JsonObject } from '../json.ts'
import { escapeExpansion } from './escape-expansion.ts'
import { fetchResources } from './fetch-resources.ts'
import { maxPlanBytes, planVariable, type FetchPlan } from './fetch-plan.ts'
import type { PodSpecPlace } from './find-pod-specs.ts'
import type { PodNames } from './pod-names.ts'
import type { PodOverrides } from './pod-overrides.ts'
import type { Root } from './root.ts'
import type { Settings } from './settings.ts'

export interface Fetcher {
  readonly container: JsonObject
  /** Besides those of the roots. */
  readonly volumes: readonly JsonObject[]
  readonly problems: readonly Problem[]
}

export interface FetcherRequest {
  readonly podSpec: PodSpecPlace
  readonly roots: readonly Root[]
  readonly names: PodNames
  readonly overrides: PodOverrides
  readonly settings: Settings
  readonly ownership: 'keep' | 'flatten'
  /** Of all roots, when every ware has an index. */
  readonly unpackedBytes: number | undefined
  /** Owner of all files when ownership is flattened. */
  readonly owner: { readonly uid: number; readonly gid: number }
}

const tokenDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'
const credentialsDirectory = '/r2k8s/credentials'

export function buildFetcher(request: FetcherRequest): Fetcher {
  const { podSpec, roots, names, overrides, settings } = request
  const extras = extraVolumes(request)
  const { limits } = settings
  const plan: FetchPlan = {
    version: 1,
    roots: roots.map((root) => root.order),
    ...(limits !== undefined && Object.keys(limits).length > 0 && { limits }),
  }
  const planText = JSON.stringify(plan)
  const resources = fetchResources(
    podSpec.object,
    settings.fetchResources,
    request.unpackedBytes,
    overrides.fetchResources,
  )
  const container: JsonObject = {
    name: names.freeContainer('r2k8s-fetch'),
    image: settings.agentImage,
    imagePullPolicy: settings.imagePullPolicy,
    args: ['fetch'],
    env: [{ name: planVariable, value: escapeExpansion(planText) }],
    ...(Object.keys(resources).length > 0 && { resources }),
    securityContext: securityContext(request),
    volumeMounts: [
      ...roots.map((root) => ({
        name: root.volumeName,
        mountPath: root.order.at,
      })),
      ...extras.map((extra) => extra.volumeMount),
    ],
  }
  return {
    container,
    volumes: extras.map((extra) => extra.volume),
    problems: planProblems(planText, request),
  }
}

interface Extra {
  readonly volume: JsonObject
  readonly volumeMount: JsonObject
}

/**
 * An empty directory where the token of the pod's ServiceAccount would be put: the fetcher reads
 * what servers and archives send, and needs nothing from the API.
 */
function extraVolumes({ podSpec, names, overrides }: FetcherRequest): Extra[] {
  const extras: Extra[] = []
  if (podSpec.object['automountServiceAccountToken'] !== false) {
    const name = names.freeVolume('r2k8s-no-token')
    extras.push({
      volume: { name, emptyDir: {} },
      volumeMount: { name, mountPath: tokenDirectory, readOnly: true },
    })
  }
  if (overrides.warehouseSecret !== undefined) {
    const name = names.freeVolume('r2k8s-warehouse')
    extras.push({
      volume: { name, secret: { secretName: overrides.warehouseSecret } },
      volumeMount: { name, mountPath: credentialsDirectory, readOnly: true },
    })
  }
  return extras
}

/** As little as unpacking needs: root with four capabilities, or any other user with none. */
function securityContext({ ownership, owner, overrides }: FetcherRequest): JsonObject {
  const keep = ownership === 'keep'
  return {
    allowPrivilegeEscalation: false,
    capabilities: {
      ...(keep && { add: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETFCAP'] }),
      drop: ['ALL'],
    },
    readOnlyRootFilesystem: true,
    runAsGroup: keep ? 0 : owner.gid,
    runAsNonRoot: !keep,
    runAsUser: keep ? 0 : (overrides.fetchRunAsUser ?? owner.uid),
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

function planProblems(planText: string, { podSpec, roots }: FetcherRequest): Problem[] {
  // A code unit is three bytes at the most: counting is only for plans that might be too large.
  if (planText.length * 3 <= maxPlanBytes) return []
  const bytes = new TextEncoder().encode(planText).length
  if (bytes <= maxPlanBytes) return []
  const wares = roots.reduce((total, root) => total + root.order.wares.length, 0)
  return [
    {
      code: 'manifest-invalid',
      task: `plan the fetching of ${quote(roots.map((root) => root.order.container).join(', '))}`,
      pointer: podSpec.pointer,
      why: `the plan has ${bytes} bytes for ${wares} ${wares === 1 ? 'ware' : 'wares'}, more than ${maxPlanBytes}`,
      hints: hintsForPlan(roots, bytes),
    },
  ]
}

/** What to make smaller: mostly it is one script, or many wares with many addresses each. */
function hintsForPlan(roots: readonly Root[], bytes: number): readonly string[] {
  const scripts = JSON.stringify(roots.map(({ order }) => order.script)).length
  const smaller =
    scripts * 2 > bytes
      ? 'the script of the action takes most of it: put the script into a ware, and let the action call it'
      : 'a ware takes its ID and its addresses: put several inputs into one ware, or name fewer warehouses (in the formula, --source, the setting "warehouses")'
  return roots.length > 1 ? [smaller, 'or split the pod'] : [smaller]
}
