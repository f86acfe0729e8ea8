// The order in which the steps of one plot run.

import { compareBytes } from '../formula/byte-order.ts'

export interface StepOrder {
  /** Each name once. Without cycles, behind all that it waits for. */
  readonly order: readonly string[]
  /** Names of which each waits for the next, and the last for the first. */
  readonly cycles: readonly (readonly string[])[]
}

interface Visit {
  readonly name: string
  readonly waitsFor: Iterator<string>
}

/**
 * Names are visited bytewise, what one waits for ahead of it, depth first: the order of Warpforge,
 * which its results are told in. Without recursion, since a chain may be as long as the plot.
 * @param needs name to the names it waits for, all of which are keys, too
 * @param mostCycles more are not looked for
 */
export function orderSteps(
  needs: ReadonlyMap<string, Iterable<string>>,
  mostCycles: number,
): StepOrder {
  const done = new Set<string>()
  const cycles: string[][] = []
  const path: Visit[] = []
  const positions = new Map<string, number>()
  const enter = (name: string) => {
    const waitsFor = [...(needs.get(name) ?? [])].sort(compareBytes).values()
    positions.set(name, path.length)
    path.push({ name, waitsFor })
  }
  for (const start of [...needs.keys()].sort(compareBytes)) {
    if (!done.has(start)) enter(start)
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const next = visit.waitsFor.next()
      if (next.done === true) {
        path.pop()
        positions.delete(visit.name)
        done.add(visit.name)
      } else if (!done.has(next.value)) {
        const position = positions.get(next.value)
        if (position === undefined) enter(next.value)
        else if (cycles.length < mostCycles) {
          cycles.push(path.slice(position).map(({ name }) => name))
        }
      }
    }
  }
  return { order: [...done], cycles }
}
