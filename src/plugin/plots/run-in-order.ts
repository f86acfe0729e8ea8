// Things that wait for each other, done side by side as far as they do not.

export interface Waiting {
  readonly name: string
  /** Names of those that have to be done before it. */
  readonly needs: readonly string[]
}

export interface Done {
  /** In the order of their failing. */
  readonly failed: readonly string[]
  /** Not begun, in the order given. */
  readonly left: readonly string[]
}

/**
 * Whatever can begin does, the first of the list first, until something fails: then what goes on comes to
 * its end, and nothing begins any more.
 * @param items each behind all that it needs
 * @param act says whether it went well
 * @throws what `act` throws, once nothing goes on any more
 */
export async function runInOrder<Item extends Waiting>(
  items: readonly Item[],
  act: (item: Item) => Promise<boolean>,
  atOnce: number,
): Promise<Done> {
  const done = new Set<string>()
  const begun = new Set<string>()
  const failed: string[] = []
  const thrown: unknown[] = []
  const going = new Set<Promise<void>>()

  const isReady = ({ name, needs }: Item): boolean =>
    !begun.has(name) && needs.every((need) => done.has(need))

  async function begin(item: Item): Promise<void> {
    try {
      if (await act(item)) done.add(item.name)
      else failed.push(item.name)
    } catch (error) {
      thrown.push(error)
    }
  }

  function beginAll(): void {
    for (const item of items) {
      if (going.size >= atOnce || failed.length > 0 || thrown.length > 0) return
      if (!isReady(item)) continue
      begun.add(item.name)
      const work = begin(item).finally(() => {
        going.delete(work)
      })
      going.add(work)
    }
  }

  beginAll()
  while (going.size > 0) {
    await Promise.race(going)
    beginAll()
  }
  if (thrown.length > 0) throw thrown[0]
  const left = items.filter(({ name }) => !begun.has(name)).map(({ name }) => name)
  return { failed, left }
}
