// Hardlinks that a layer names ahead of their targets. They are tried in rounds, each in the order of
// the layer, until a round brings nothing; but only those are tried again that something changed for.

import { setImmediate } from 'node:timers/promises'
import type { RawText } from '../../ware/entry.ts'
import { createNumberQueue } from './number-queue.ts'
import type { Directory, Leaf } from './layer-tree.ts'

type Node = Leaf | Directory

/** Where the way to a target ends. */
export interface Gap {
  readonly kind: 'gap'
  readonly directory: Directory
  readonly name: RawText
  /** Whether the way leads on from there: then a plain file does not fill the gap. */
  readonly leadsOn: boolean
}

export interface LateLinks {
  /**
   * Yields what to wait for, now and then; returns the number of the first link that stays without
   * target.
   */
  readonly settle: () => Generator<Promise<unknown>, number | undefined>
  /** To be told of all that changes meanwhile. */
  readonly changed: (at: Directory, name: RawText, change: Change) => void
}

interface Change {
  readonly before: Node | undefined
  readonly after: Node
}

const triesInOneGo = 1000

/** @param link tries the link of this number; `undefined`: done */
export function createLateLinks(
  count: number,
  link: (index: number) => Gap | undefined,
): LateLinks {
  /** Numbers of tries: those of the first round come first. */
  const tries = createNumberQueue()
  const asleep = new Set<number>()
  /** Who waits at which gap: of a directory, by name, with a slash when the way leads on. */
  let gaps = new Map<Directory, Map<RawText, number[]>>()
  let current = 0

  function* settle(): Generator<Promise<unknown>, number | undefined> {
    for (let index = 0; index < count; index++) tries.push(index)
    let done = 0
    for (let next = tries.pop(); next !== undefined; next = tries.pop()) {
      current = next
      const index = current % count
      const gap = link(index)
      if (gap !== undefined) sleep(index, gap)
      if (++done % triesInOneGo === 0) yield setImmediate()
    }
    let first: number | undefined
    for (const index of asleep) if (first === undefined || index < first) first = index
    return first
  }

  function sleep(index: number, { directory, name, leadsOn }: Gap): void {
    asleep.add(index)
    const names = gaps.get(directory) ?? new Map<RawText, number[]>()
    gaps.set(directory, names)
    const key = leadsOn ? `${name}/` : name
    const sleepers = names.get(key)
    if (sleepers === undefined) names.set(key, [index])
    else sleepers.push(index)
  }

  function changed(at: Directory, name: RawText, { before, after }: Change): void {
    if (isWay(before)) {
      // Ways that led through it may now lead anywhere. Hardly any archive does this.
      gaps = new Map()
      for (const index of asleep) wake(index)
      return
    }
    wakeAt(at, name)
    if (isWay(after)) wakeAt(at, `${name}/`)
  }

  function wakeAt(at: Directory, key: RawText): void {
    const names = gaps.get(at)
    const sleepers = names?.get(key)
    if (sleepers === undefined) return
    names?.delete(key)
    for (const index of sleepers) wake(index)
  }

  /** Those behind the current one have their turn in the same round. */
  function wake(index: number): void {
    asleep.delete(index)
    const now = current % count
    tries.push(current - now + index + (index > now ? 0 : count))
  }

  return { settle, changed }
}

function isWay(node: Node | undefined): boolean {
  return node?.kind === 'directory' || node?.entry.kind === 'symlink'
}
