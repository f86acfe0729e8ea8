// The formulas of the cluster in memory: read when the watch delivers them, prepared when a pod first
// names them.

import { describeProblem, type Problem } from '../errors.ts'
import { readFormulaObject, type ReadFormulaObject } from '../formula/formula-object.ts'
import { member, memberString, type JsonObject } from '../json.ts'
import type { TextReader } from '../located.ts'
import {
  prepareFormula,
  type LoadedFormula,
  type UnusableFormula,
} from '../mutate/prepared-formula.ts'
import type { Settings } from '../mutate/settings.ts'
import type { Watcher } from '../cluster/watch.ts'
import type { FormulaSource, FoundFormula } from './formula-source.ts'

export interface FormulaCache extends FormulaSource, Watcher {
  readonly size: () => number
  /** Settings count for every formula from its next pod on. */
  readonly forgetPrepared: () => void
}

export interface CacheOptions {
  readonly settings: () => Settings
  readonly readYaml: TextReader
  /** Told of every Formula that was read. */
  readonly onRead?: (object: JsonObject, read: ReadFormulaObject) => void
}

interface Kept {
  readonly found: LoadedFormula | UnusableFormula
  /** What it was read from: the same text is not read again. */
  readonly version: string
  prepared: FoundFormula | undefined
}

type Waiter = (found: FoundFormula | undefined) => void

export function createFormulaCache(options: CacheOptions): FormulaCache {
  let kept = new Map<string, Kept>()
  const waiting = new Map<string, Set<Waiter>>()
  let isReady = false

  function read(object: JsonObject): Kept {
    const result = readFormulaObject(object, options.readYaml)
    options.onRead?.(object, result)
    const found = 'object' in result ? result.object : unusable(result.problems)
    return { found, version: versionOf(object), prepared: undefined }
  }

  function get(namespace: string, name: string): FoundFormula | undefined {
    const one = kept.get(keyOf(namespace, name))
    if (one === undefined) return undefined
    return (one.prepared ??=
      'unusable' in one.found
        ? one.found
        : prepareFormula(one.found, { settings: options.settings(), sources: [] }))
  }

  function add(object: JsonObject): void {
    const { namespace, name } = placeOf(object)
    const key = keyOf(namespace, name)
    const before = kept.get(key)
    // The spec never changes, but another object may have taken the name.
    if (before?.version === versionOf(object)) return
    kept.set(key, read(object))
    const waiters = waiting.get(key)
    if (waiters === undefined) return
    waiting.delete(key)
    const found = get(namespace, name)
    for (const tell of waiters) tell(found)
  }

  return {
    isReady: () => isReady,
    size: () => kept.size,
    get,
    waitFor: (namespace, name, signal) =>
      new Promise((resolve) => {
        const key = keyOf(namespace, name)
        const waiters = waiting.get(key) ?? new Set<Waiter>()
        waiting.set(key, waiters)
        const tell: Waiter = (found) => {
          signal.removeEventListener('abort', giveUp)
          resolve(found)
        }
        const giveUp = () => {
          waiters.delete(tell)
          if (waiters.size === 0 && waiting.get(key) === waiters) waiting.delete(key)
          resolve(undefined)
        }
        waiters.add(tell)
        if (signal.aborted) giveUp()
        else signal.addEventListener('abort', giveUp, { once: true })
      }),
    forgetPrepared: () => {
      for (const one of kept.values()) one.prepared = undefined
    },
    listed: (items) => {
      const before = kept
      kept = new Map()
      for (const item of items) {
        const { namespace, name } = placeOf(item)
        const known = before.get(keyOf(namespace, name))
        if (known !== undefined) kept.set(keyOf(namespace, name), known)
      }
      for (const item of items) add(item)
      isReady = true
    },
    changed: (change, object) => {
      const { namespace, name } = placeOf(object)
      if (change === 'deleted') kept.delete(keyOf(namespace, name))
      else add(object)
    },
  }
}

function placeOf(object: JsonObject): { namespace: string; name: string } {
  const metadata = member(object, 'metadata')
  return {
    namespace: memberString(metadata, 'namespace') ?? '',
    name: memberString(metadata, 'name') ?? '',
  }
}

/** Neither part may hold a slash. */
const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`

/** Of the spec: changes of status and labels leave it. */
function versionOf(object: JsonObject): string {
  const metadata = member(object, 'metadata')
  const uid = memberString(metadata, 'uid') ?? ''
  return `${uid}/${JSON.stringify(member(metadata, 'generation'))}`
}

function unusable(problems: readonly Problem[]): UnusableFormula {
  const why = problems.map(describeProblem).join('; ')
  const hints = ['push it again with "kubectl r2k8s push"']
  return { unusable: { code: 'formula-invalid', why, hints } }
}
