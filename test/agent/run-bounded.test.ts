import { expect, test } from 'vitest'
import { runBounded } from '../../src/agent/run-bounded.ts'
import { R2k8sError } from '../../src/errors.ts'

const never = new AbortController().signal

function failure(why: string, code: 'cancelled' | 'ware-not-found' = 'ware-not-found') {
  return new R2k8sError([{ code, task: 'fetch the ware', why }])
}

test('no more jobs run at one time than allowed, and all of them do', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  await runBounded([1, 2, 3, 4, 5, 6], { atOnce: 2, signal: never }, async (job) => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running--
    done.push(job)
  })
  expect(most).toBe(2)
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6])
})

test('the first failure calls the others off, and their end says nothing', async () => {
  const started: number[] = []
  const run = runBounded([1, 2, 3], { atOnce: 2, signal: never }, async (job, signal) => {
    started.push(job)
    if (job === 1) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve()
        })
      })
      throw failure('called off', 'cancelled')
    }
    throw failure('really')
  })
  await expect(run).rejects.toThrow(/^cannot fetch the ware: really$/)
  expect(started).toEqual([1, 2])
})

test('several failures are told together, but a bug outweighs them', async () => {
  const each = (job: unknown) => Promise.reject(job instanceof Error ? job : new Error())
  const two = runBounded([failure('a'), failure('b')], { atOnce: 2, signal: never }, each)
  await expect(two).rejects.toThrow('cannot fetch the ware: a; cannot fetch the ware: b')
  const bug = new TypeError('a bug')
  const mixed = runBounded([failure('a'), bug], { atOnce: 2, signal: never }, each)
  await expect(mixed).rejects.toBe(bug)
})

test('what was told to end has not succeeded', async () => {
  const signal = AbortSignal.abort()
  const run = runBounded([1], { atOnce: 1, signal }, () => Promise.resolve())
  await expect(run).rejects.toMatchObject({ code: 'cancelled' })
})
