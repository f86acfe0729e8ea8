// The formulas of the cluster in memory: read when a pod first names them, or else one after the other
// when there is time. What one namespace puts there does not take the others' place.

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
import { mostBytesOfNamespace, tooMuch, tooMuchProblem, unusable } from './unusable.ts'

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
  /** When other work has had its turn. */
  readonly later?: (run: () => void) => void
}

interface Kept {
  /** What it is read from: the same text is not read again. */
  readonly version: string
  readonly namespace: string
  /** About, in memory. */
  readonly bytes: number
  /** Until it is read. */
  object: JsonObject | undefined
  found: LoadedFormula | UnusableFormula | undefined
  prepared: FoundFormula | undefined
}

type Waiter = (found: FoundFormula | undefined) => void

/** Pods that wait for formulas at the same time. */
const mostWaiters = 500

function inItsTurn(run: () => void): void {
  setImmediate(run)
}

export function createFormulaCache(options: CacheOptions): FormulaCache {
  const { later = inItsTurn } = options
  const kept = new Map<string, Kept>()
  const bytes = new Map<string, number>()
  const waiting = new Map<string, Set<Waiter>>()
  let waiters = 0
  const unread = new Set<Kept>()
  let isReading = false
  let isReady = false

  /** What nobody asks for is read in its turn, for its status: admissions come in between. */
  function readOn(): void {
    const [next] = unread
    isReading = next !== undefined
    if (next === undefined) return
    read(next)
    later(readOn)
  }

  function read(one: Kept): LoadedFormula | UnusableFormula {
    const { object } = one
    if (one.found !== undefined || object === undefined) return one.found ?? tooMuch
    unread.delete(one)
    one.object = undefined
    const isGreedy = (bytes.get(one.namespace) ?? 0) > mostBytesOfNamespace
    const result: ReadFormulaObject = isGreedy
      ? { problems: [tooMuchProblem] }
      : readFormulaObject(object, options.readYaml)
    options.onRead?.(object, result)
    return (one.found = 'object' in result ? result.object : unusable(result.problems))
  }

  function get(namespace: string, name: string): FoundFormula | undefined {
    const one = kept.get(keyOf(namespace, name))
    if (one === undefined) return undefined
    return (one.prepared ??= prepare(read(one)))
  }

  function prepare(found: LoadedFormula | UnusableFormula): FoundFormula {
    if ('unusable' in found) return found
    return prepareFormula(found, { settings: options.settings(), sources: [] })
  }

  function add(object: JsonObject): void {
    const { namespace, name } = placeOf(object)
    const key = keyOf(namespace, name)
    const before = kept.get(key)
    // The spec never changes, but another object may have taken the name.
    if (before?.version === versionOf(object)) return
    drop(key)
    const one: Kept = {
      version: versionOf(object),
      namespace,
      bytes: JSON.stringify(object['spec'] ?? null).length,
      object,
      found: undefined,
      prepared: undefined,
    }
    kept.set(key, one)
    bytes.set(namespace, (bytes.get(namespace) ?? 0) + one.bytes)
    unread.add(one)
    if (!isReading) {
      isReading = true
      later(readOn)
    }
    const others = waiting.get(key)
    if (others === undefined) return
    waiting.delete(key)
    const found = get(namespace, name)
    for (const tell of others) tell(found)
  }

  function drop(key: string): void {
    const one = kept.get(key)
    if (one === undefined) return
    kept.delete(key)
    unread.delete(one)
    bytes.set(one.namespace, (bytes.get(one.namespace) ?? 0) - one.bytes)
  }

  return {
    isReady: () => isReady,
    size: () => kept.size,
    get,
    waitFor: (namespace, name, signal) =>
      new Promise((resolve) => {
        if (waiters >= mostWaiters) {
          resolve(undefined)
          return
        }
        const key = keyOf(namespace, name)
        const others = waiting.get(key) ?? new Set<Waiter>()
        waiting.set(key, others)
        const tell: Waiter = (found) => {
          waiters--
          signal.removeEventListener('abort', giveUp)
          resolve(found)
        }
        const giveUp = () => {
          others.delete(tell)
          if (others.size === 0 && waiting.get(key) === others) waiting.delete(key)
          tell(undefined)
        }
        others.add(tell)
        waiters++
        if (signal.aborted) giveUp()
        else signal.addEventListener('abort', giveUp, { once: true })
      }),
    forgetPrepared: () => {
      for (const one of kept.values()) one.prepared = undefined
    },
    listed: (items) => {
      const listed = new Set(items.map(keyOfObject))
      for (const key of [...kept.keys()]) if (!listed.has(key)) drop(key)
      for (const item of items) add(item)
      isReady = true
    },
    changed: (change, object) => {
      if (change === 'deleted') drop(keyOfObject(object))
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

function keyOfObject(object: JsonObject): string {
  const { namespace, name } = placeOf(object)
  return keyOf(namespace, name)
}

/** Of the spec: changes of status and labels leave it. */
function versionOf(object: JsonObject): string {
  const metadata = member(object, 'metadata')
  const uid = memberString(metadata, 'uid') ?? ''
  return `${uid}/${JSON.stringify(member(metadata, 'generation'))}`
}
