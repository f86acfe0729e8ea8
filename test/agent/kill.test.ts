import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runInPod } from './agent.ts'
import { planOf, rootOrder } from './plans.ts'
import { describeTree, makeScratch } from './trees.ts'
import { makeWare, openTestWarehouse, smallRoot } from './wares.ts'

const mainFile = new URL('../../src/agent/main.ts', import.meta.url).pathname

function startAgent(duty: string, env: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [mainFile, duty], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

test('a fetch that was killed half-way shows nothing, and the next one makes the same tree', async () => {
  const noise = Array.from({ length: 400_000 }, (_, i) =>
    String.fromCharCode((i * i * 31) % 251),
  )
  const ware = makeWare({ ...smallRoot, 'usr/big': { content: noise.join('') } })
  const stalling = await openTestWarehouse(ware)
  const order = rootOrder({
    at: makeScratch(),
    wares: [{ ware: ware.id, path: '/', from: [stalling.address] }],
  })
  const stalled = new Promise<void>((resolve) => {
    stalling.stall(resolve)
  })
  const child = startAgent('fetch', { R2K8S_PLAN: JSON.stringify(planOf(order)) })
  await stalled
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(existsSync(join(order.at, 'root'))).toBe(false)

  const { address } = await openTestWarehouse(ware)
  const untouched = { ...order, at: makeScratch() }
  const orders = [order, untouched].map((each) => ({
    ...each,
    wares: each.wares.map((one) => ({ ...one, from: [address] })),
  }))
  const { exitCode } = await runInPod(['fetch'], {
    R2K8S_PLAN: JSON.stringify(planOf(...orders)),
  })
  expect(exitCode).toBe(0)
  const [after, clean] = orders.map(({ at }) => describeTree(join(at, 'root')))
  expect(after).toHaveProperty('usr/big')
  expect(after).toEqual(clean)
})

test('pack sleeps until SIGTERM and then leaves its message', async () => {
  const log = join(makeScratch(), 'log')
  const child = startAgent('pack', {
    R2K8S_PACK_PLAN: JSON.stringify({ version: 1, outputs: [] }),
    R2K8S_TERMINATION_LOG: log,
  })
  // Its first line says that it waits.
  const { stdout } = child
  if (stdout === null) throw new Error('no pipe')
  const [line] = (await once(stdout, 'data')) as unknown[]
  expect(String(line)).toContain('waiting')
  expect(existsSync(log)).toBe(false)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(JSON.parse(readFileSync(log, 'utf8'))).toEqual({ results: {} })
})
