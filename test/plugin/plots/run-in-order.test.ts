import { describe, expect, test } from 'vitest'
import { runInOrder, type Waiting } from '../../../src/plugin/plots/run-in-order.ts'

const item = (name: string, ...needs: readonly string[]): Waiting => ({ name, needs })

/** Each begins when it is its turn, and ends when it is told to. */
function stage(items: readonly Waiting[], atOnce = 8) {
  const begun: string[] = []
  const ends = new Map<string, (well: boolean | Error) => void>()
  const done = runInOrder(
    items,
    ({ name }) =>
      new Promise<boolean>((resolve, reject) => {
        begun.push(name)
        ends.set(name, (well) => {
          if (well instanceof Error) reject(well)
          else resolve(well)
        })
      }),
    atOnce,
  )
  done.catch(() => undefined) // looked at by the test
  const end = async (name: string, well: boolean | Error = true): Promise<void> => {
    ends.get(name)?.(well)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, done, end }
}

describe('things that wait for each other', () => {
  test('begin side by side where none waits for another', async () => {
    const { begun, done, end } = stage([item('a'), item('b'), item('c', 'a', 'b')])
    expect(begun).toEqual(['a', 'b'])
    await end('b')
    expect(begun).toEqual(['a', 'b'])
    await end('a')
    expect(begun).toEqual(['a', 'b', 'c'])
    await end('c')
    expect(await done).toEqual({ failed: [], left: [] })
  })

  test('are not more at once than there may be', async () => {
    const { begun, done, end } = stage([item('a'), item('b'), item('c')], 2)
    expect(begun).toEqual(['a', 'b'])
    await end('a')
    expect(begun).toEqual(['a', 'b', 'c'])
    await end('b')
    await end('c')
    await done
  })

  test('do not begin any more when one has failed, and those that go on end', async () => {
    const items = [item('a'), item('b'), item('c', 'b'), item('d', 'a')]
    const { begun, done, end } = stage(items)
    await end('a', false)
    await end('b')
    expect(begun).toEqual(['a', 'b'])
    expect(await done).toEqual({ failed: ['a'], left: ['c', 'd'] })
  })

  test('are all over before what one throws is thrown', async () => {
    const { done, end } = stage([item('a'), item('b')])
    let isOver = false
    void done.catch(() => {
      isOver = true
    })
    await end('a', new Error('broken'))
    expect(isOver).toBe(false)
    await end('b')
    await expect(done).rejects.toThrow('broken')
  })

  test('that are none are done', async () => {
    expect(await stage([]).done).toEqual({ failed: [], left: [] })
  })
})
