// A queue that gives the smallest number first: a binary heap.

export interface NumberQueue {
  readonly push: (value: number) => void
  readonly pop: () => number | undefined
}

export function createNumberQueue(): NumberQueue {
  const heap: number[] = []
  /** What is not there comes after everything. */
  const at = (place: number): number => heap[place] ?? Infinity

  function push(value: number): void {
    let place = heap.length
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (at(parent) <= value) break
      heap[place] = at(parent)
      place = parent
    }
    heap[place] = value
  }

  function pop(): number | undefined {
    const [smallest] = heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return smallest
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const child = at(left + 1) < at(left) ? left + 1 : left
      if (at(child) >= last) break
      heap[place] = at(child)
      place = child
    }
    heap[place] = last
    return smallest
  }

  return { push, pop }
}
