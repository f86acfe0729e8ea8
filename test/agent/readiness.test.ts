import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runInPod } from './agent.ts'
import { packPlan, planVariables, startPacker, volumeWith } from './outputs.ts'
import { planOf, rootOrder } from './plans.ts'
import { makeScratch } from './trees.ts'
import { makeWare, openTestWarehouse, smallRoot } from './wares.ts'

const someTime = () => new Promise((resolve) => setTimeout(resolve, 60))

/** Whether it is over by now. */
function watchOver(promise: Promise<unknown>): () => boolean {
  let over = false
  void promise.finally(() => {
    over = true
  })
  return () => over
}

describe('a packer', () => {
  test('makes a file as soon as it listens, and one of an earlier packer does not count', async () => {
    const root = volumeWith({ 'a/x': 'one' })
    const ready = join(root, '.r2k8s-packer')
    writeFileSync(ready, 'of an earlier one')
    const { lines, tell, ended } = startPacker(
      packPlan([{ root, path: '/a' }], { ready }),
    )
    await expect.poll(() => lines.length).toBe(1)
    expect(statSync(ready).size).toBe(0)
    tell('SIGTERM')
    expect(await ended).toMatchObject({ exitCode: 0 })
  })

  test('whose plan is refused does not listen', async () => {
    const ready = join(makeScratch(), 'ready')
    const plan = packPlan([{ root: 'relative', path: '/a' }], { ready })
    expect(await startPacker(plan).ended).toMatchObject({ exitCode: 10 })
    expect(existsSync(ready)).toBe(false)
  })
})

describe('until the packer listens', () => {
  test('a word to it waits', async () => {
    const ready = join(makeScratch(), 'ready')
    const signalled: string[] = []
    const told = runInPod(['begin'], planVariables(packPlan([], { ready })), {
      signalPacker: (word) => signalled.push(word),
    })
    await someTime()
    expect(signalled).toEqual([])
    writeFileSync(ready, '')
    expect((await told).exitCode).toBe(0)
    expect(signalled).toEqual(['begin'])
  })

  const fetchInto = async (ready: string, terminated = new AbortController().signal) => {
    const ware = makeWare(smallRoot)
    const { address } = await openTestWarehouse(ware)
    const wares = [{ ware: ware.id, path: '/', from: [address] }]
    const order = rootOrder({ at: makeScratch(), wares })
    const env = { R2K8S_PLAN: JSON.stringify(planOf(order)), R2K8S_WAIT_FOR: ready }
    const fetched = runInPod(['fetch'], env, { terminated })
    return { fetched, isOver: watchOver(fetched), root: join(order.at, 'root') }
  }

  test('the fetcher does not end, and so no action begins', async () => {
    const ready = join(makeScratch(), 'ready')
    const { fetched, isOver, root } = await fetchInto(ready)
    await expect.poll(() => existsSync(root)).toBe(true)
    await someTime()
    expect(isOver()).toBe(false)
    writeFileSync(ready, '')
    expect(await fetched).toMatchObject({ exitCode: 0, message: { roots: [{}] } })
  })

  test('a fetcher that is told to end does so', async () => {
    const stop = new AbortController()
    const { fetched, root } = await fetchInto(join(makeScratch(), 'ready'), stop.signal)
    await expect.poll(() => existsSync(root)).toBe(true)
    stop.abort()
    const { lines } = await fetched
    expect(JSON.stringify(lines.at(-1))).toContain('the packer does not listen yet')
  })
})
