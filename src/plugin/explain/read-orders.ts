// The orders that fetchers were given, read back from the pod: what was decided for each root stands
// there, whatever has become of the Formula since.

import {
  isString,
  member,
  memberArray,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../../json.ts'
import { planVariable } from '../../mutate/fetch-plan.ts'
import type { PlacedWare } from './model.ts'

export interface FetchOrder {
  /** Name of the init container. */
  readonly fetcher: string
  readonly image: string
  readonly roots: readonly RootFacts[]
}

export interface RootFacts {
  /** Of the formula container. */
  readonly container: string
  readonly formulaId: string
  readonly volume: string | undefined
  readonly wares: readonly PlacedWare[]
  /** Top-level entries, those included that a mount of the user's own stands for. */
  readonly mounts: readonly string[]
  readonly ownership: 'keep' | 'flatten'
  readonly user: { readonly uid: number; readonly gid: number }
  /** The formula's program; undefined when the container has a command of its own. */
  readonly program: string | undefined
}

/** Of any version of the program: what is not there is left out. */
export function readOrders(pod: JsonObject): FetchOrder[] {
  return memberArray(pod['spec'], 'initContainers').flatMap((container) => {
    const plan = readPlan(container)
    if (plan === undefined) return []
    return [
      {
        fetcher: memberString(container, 'name') ?? '',
        image: memberString(container, 'image') ?? '',
        roots: memberArray(plan, 'roots').map((root) => readRoot(root, container)),
      },
    ]
  })
}

function readPlan(container: JsonValue): JsonValue | undefined {
  const variable = memberArray(container, 'env').find(
    (entry) => memberString(entry, 'name') === planVariable,
  )
  const text = memberString(variable, 'value')
  if (text === undefined) return undefined
  try {
    return JSON.parse(unescapeExpansion(text)) as JsonValue // whatever it is, it is JSON
  } catch {
    return undefined // of somebody else
  }
}

/** What the kubelet makes of a value before a container sees it, references left as they are. */
export function unescapeExpansion(text: string): string {
  return text.replaceAll('$$', '$')
}

function readRoot(root: JsonValue, fetcher: JsonValue): RootFacts {
  const at = memberString(root, 'at')
  const mount = memberArray(fetcher, 'volumeMounts').find(
    (each) => memberString(each, 'mountPath') === at,
  )
  const user = member(root, 'user')
  return {
    container: memberString(root, 'container') ?? '',
    formulaId: memberString(root, 'formula') ?? '',
    volume: memberString(mount, 'name'),
    wares: memberArray(root, 'wares').map((ware) => ({
      ware: memberString(ware, 'ware') ?? '',
      path: memberString(ware, 'path') ?? '',
      warehouses: memberArray(ware, 'from').filter(isString),
    })),
    mounts: memberArray(root, 'mounts').filter(isString),
    ownership: memberString(root, 'ownership') === 'keep' ? 'keep' : 'flatten',
    user: { uid: numberAt(user, 'uid'), gid: numberAt(user, 'gid') },
    program: memberString(root, 'program'),
  }
}

function numberAt(value: JsonValue | undefined, name: string): number {
  const found = member(value, name)
  return typeof found === 'number' ? found : 0
}
