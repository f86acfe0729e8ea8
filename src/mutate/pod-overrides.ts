// The annotations by which one pod departs from the settings.

import { quote, type Problem } from '../errors.ts'
import { isObject, isString, member } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { childPointer } from '../patch/pointer.ts'
import type { Note } from './decisions.ts'
import type { PodSpecPlace } from './find-pod-specs.ts'
import { isSubdomain } from './kubernetes-names.ts'
import { parseQuantity } from './quantity.ts'
import type { Ownership } from './settings.ts'

export interface PodOverrides {
  readonly ownership?: Ownership
  /** Paths whose first step is mounted besides the usual ones. */
  readonly extraPaths: readonly string[]
  readonly fetchRunAsUser?: number
  /** Members of `resources` of the fetcher that are given, e.g. `limits.cpu`. */
  readonly fetchResources: JsonObject
  /** Name of the Secret with the credentials for warehouses. */
  readonly warehouseSecret?: string
  readonly notes: readonly Note[]
  readonly problems: readonly Problem[]
}

const names = {
  ownership: 'r2k8s.io/ownership',
  extraPaths: 'r2k8s.io/extra-paths',
  fetchRunAsUser: 'r2k8s.io/fetch-run-as-user',
  fetchResources: 'r2k8s.io/fetch-resources',
  warehouseSecret: 'r2k8s.io/warehouse-secret',
  roots: 'r2k8s.io/roots',
  status: 'r2k8s.io/status',
} as const

const known: ReadonlySet<string> = new Set(Object.values(names))

export const statusAnnotation = names.status

/** Whether an annotation changes what is done to a pod. */
export function isOverride(name: string): boolean {
  return known.has(name) && name !== names.status
}

export function readPodOverrides(podSpec: PodSpecPlace): PodOverrides {
  const annotations = member(member(podSpec.owner?.object, 'metadata'), 'annotations')
  const problems: Problem[] = []
  const refuse: Refuse = (name, why) => {
    const pointer = childPointer(annotationsPointer(podSpec), name)
    problems.push({
      code: 'manifest-invalid',
      task: `use the annotation ${name}`,
      why,
      pointer,
    })
  }
  const text = (name: string): string | undefined => {
    const value = member(annotations, name)
    if (value === undefined || isString(value)) return value
    refuse(name, 'the value of an annotation is a string: put it in quotes')
    return undefined
  }

  const ownership = readOwnership(text(names.ownership), refuse)
  const fetchRunAsUser = readUser(text(names.fetchRunAsUser), refuse)
  const warehouseSecret = readSecretName(text(names.warehouseSecret), refuse)
  const roots = text(names.roots)
  if (roots !== undefined && roots !== 'copy') {
    refuse(names.roots, `${quote(roots)} is not "copy", the only source of roots here`)
  }
  return {
    ...(ownership !== undefined && { ownership }),
    ...(fetchRunAsUser !== undefined && { fetchRunAsUser }),
    ...(warehouseSecret !== undefined && { warehouseSecret }),
    extraPaths: readPaths(text(names.extraPaths), refuse),
    fetchResources: readResources(text(names.fetchResources), refuse),
    notes: unknownAnnotations(annotations),
    problems,
  }
}

export function annotationsPointer({ owner }: PodSpecPlace): string {
  return childPointer(childPointer(owner?.pointer ?? '', 'metadata'), 'annotations')
}

type Refuse = (name: string, why: string) => void

function readOwnership(text: string | undefined, refuse: Refuse): Ownership | undefined {
  if (text === undefined) return undefined
  if (text === 'auto' || text === 'keep' || text === 'flatten') return text
  refuse(names.ownership, `${quote(text)} is not "auto", "keep" or "flatten"`)
  return undefined
}

/** Separated by blanks or commas; what is mounted is the first step of each. */
function readPaths(text: string | undefined, refuse: Refuse): string[] {
  const paths = text?.split(/[\s,]+/).filter(Boolean) ?? []
  const odd = paths.find(
    (path) =>
      !/^\/?[\w@%+=.-]+(\/[\w@%+=.-]+)*\/?$/.test(path) || /(^|\/)\.\.?(\/|$)/.test(path),
  )
  if (odd === undefined) return paths
  refuse(names.extraPaths, `${quote(odd)} is no path of letters, digits and "@%+=._-"`)
  return []
}

function readUser(text: string | undefined, refuse: Refuse): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 31) return Number(text)
  refuse(names.fetchRunAsUser, `${quote(text)} is no user ID above 0`)
  return undefined
}

function readSecretName(text: string | undefined, refuse: Refuse): string | undefined {
  if (text === undefined || isSubdomain(text)) return text
  refuse(names.warehouseSecret, `${quote(text)} is no name of a Secret`)
  return undefined
}

function readResources(text: string | undefined, refuse: Refuse): JsonObject {
  if (text === undefined) return {}
  const value = parseJsonObject(text)
  const why =
    value === undefined ? `${quote(text)} is no JSON object` : whyNoResources(value)
  if (why === undefined) return value ?? {}
  const example = '{"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {…}}'
  refuse(names.fetchResources, `${why}; write it as ${example}`)
  return {}
}

function whyNoResources(value: JsonObject): string | undefined {
  for (const [side, amounts] of Object.entries(value)) {
    if ((side !== 'requests' && side !== 'limits') || !isObject(amounts)) {
      return `${quote(side)} is not "requests" or "limits"`
    }
    for (const [resource, amount] of Object.entries(amounts)) {
      if (!isAmount(amount)) return `${side}.${resource} is no quantity`
    }
  }
  const [limits, requests] = [member(value, 'limits'), member(value, 'requests')]
  for (const resource of Object.keys(isObject(requests) ? requests : {})) {
    const [limit, request] = [member(limits, resource), member(requests, resource)]
    if (isAmount(request) && isAmount(limit) && amountOf(request) > amountOf(limit)) {
      return `requests.${resource} is more than limits.${resource}`
    }
  }
  return undefined
}

type Amount = string | number

function isAmount(value: JsonValue | undefined): value is Amount {
  return (isString(value) || typeof value === 'number') && amountOf(value) >= 0n
}

function amountOf(amount: Amount): bigint {
  return parseQuantity(amount) ?? -1n
}

function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A mistyped annotation would be ignored in silence; a newer one must not stop the pod. */
function unknownAnnotations(annotations: unknown): Note[] {
  if (!isObject(annotations)) return []
  return Object.keys(annotations)
    .filter((name) => name.startsWith('r2k8s.io/') && !known.has(name))
    .sort()
    .map((name) => ({ code: 'annotation-unknown', about: quote(name) }))
}
