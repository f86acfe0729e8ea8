import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { OutputOrder } from '../../src/mutate/pack-plan.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { createTarReader } from '../../src/ware/tar/tar-reader.ts'
import { runInPod, type AgentRun } from './agent.ts'
import { planOf, rootOrder } from './plans.ts'
import { makeScratch } from './trees.ts'
import { makeWare, openTestWarehouse, smallRoot } from './wares.ts'

async function filledVolume(): Promise<string> {
  const ware = makeWare(smallRoot)
  const { address } = await openTestWarehouse(ware)
  const order = rootOrder({
    at: makeScratch(),
    wares: [{ ware: ware.id, path: '/', from: [address] }],
    cradle: { cwd: '/tmp/work', home: '' },
  })
  const { exitCode } = await runInPod(['fetch'], {
    R2K8S_PLAN: JSON.stringify(planOf(order)),
  })
  expect(exitCode).toBe(0)
  return order.at
}

function pack(
  outputs: readonly (Partial<OutputOrder> & { root: string; path: string })[],
): Promise<AgentRun> {
  const plan = {
    version: 1,
    outputs: outputs.map((output, i) => ({
      name: `out-${i}`,
      packtype: 'tar',
      filters: {},
      addresses: [],
      ...output,
    })),
  }
  const env = { R2K8S_PACK_PLAN: JSON.stringify(plan) }
  return runInPod(['pack'], env, { terminated: AbortSignal.abort() })
}

/** Paths of the archive that lies in a warehouse under the ID. */
function pathsIn(base: string, wareId: unknown): string[] {
  const hash = String(wareId).slice('tar:'.length)
  const bytes = readFileSync(join(base, hash.slice(0, 3), hash.slice(3, 6), hash))
  const paths: string[] = []
  const sink = {
    entry: ({ path }: { path: string }) => paths.push(path),
    content: () => undefined,
    endFile: () => undefined,
  }
  const reader = createTarReader(sink, defaultUnpackLimits)
  reader.push(gunzipSync(bytes))
  reader.end()
  return paths
}

function resultOf({ message }: AgentRun, name = 'out-0'): unknown {
  const { results } = message as { results: Record<string, unknown> }
  return results[name]
}

test('a root is packed without placeholders and without what the runtime leaves', async () => {
  const root = await filledVolume()
  const warehouse = makeScratch()
  mkdirSync(join(root, 'root/etc/made'))
  rmSync(join(root, 'root/etc/resolv.conf'))
  writeFileSync(join(root, 'root/etc/resolv.conf'), '') // as runc does it
  writeFileSync(join(root, 'root/etc/hostname'), 'written by the program')
  const run = await pack([{ root, path: '/', addresses: [`ca+file://${warehouse}`] }])
  expect(run.exitCode).toBe(0)
  expect(pathsIn(warehouse, resultOf(run))).toEqual([
    ...['.', 'bin', 'dev', 'etc', 'etc/hostname', 'etc/made', 'etc/passwd'],
    ...['tmp', 'tmp/work', 'usr', 'usr/bin', 'usr/bin/run', 'var', 'var/run'],
  ])
  expect(readdirSync(root).filter((name) => name.startsWith('.r2k8s-tmp'))).toEqual([])
})

test('outputs get the IDs of what is in them, also behind links; what was never made is blank', async () => {
  const root = await filledVolume()
  writeFileSync(join(root, 'root/tmp/work/a'), 'a')
  const flattened = { uid: 1000, gid: 1000, seconds: 1_262_304_000 }
  const expected = makeWare({ '.': flattened, a: { ...flattened, content: 'a' } })
  const run = await pack([
    { root, path: '/tmp/work' },
    { root, path: '/bin' },
    { root, path: '/usr/bin' },
    { root, path: '/tmp/none' },
    { root, path: '/etc/passwd/none' },
  ])
  expect(run.exitCode).toBe(0)
  expect(resultOf(run, 'out-0')).toBe(expected.id)
  expect(resultOf(run, 'out-1')).toBe(resultOf(run, 'out-2'))
  expect(resultOf(run, 'out-3')).toBe('tar:-')
  expect(resultOf(run, 'out-4')).toBe('tar:-')
  expect(run.lines.at(-1)).toMatchObject({ results: { 'out-3': 'tar:-' } })
})

const isRoot = process.getuid?.() === 0

test.runIf(isRoot)(
  'a root that nobody wrote to is the ware that it came from',
  async () => {
    const ware = makeWare({
      ...smallRoot,
      'usr/odd': { content: 'x', uid: 5, seconds: 9 },
    })
    const { address } = await openTestWarehouse(ware)
    const order = rootOrder({
      at: makeScratch(),
      ownership: 'keep',
      wares: [{ ware: ware.id, path: '/', from: [address] }],
      placeholders: [{ path: '/usr/bin/mounted', kind: 'file' }],
      script: { directory: '/var/script', contents: ['a'] },
    })
    const env = { R2K8S_PLAN: JSON.stringify(planOf(order)) }
    expect((await runInPod(['fetch'], env)).exitCode).toBe(0)
    const filters = { uid: 'keep', gid: 'keep', mtime: 'keep' }
    const run = await pack([{ root: order.at, path: '/', filters }])
    expect(resultOf(run)).toBe(ware.id)
  },
)

test('the filters of the plan go before those of the preset', async () => {
  const root = await filledVolume()
  writeFileSync(join(root, 'root/tmp/work/a'), 'a')
  const owned = { uid: 7, gid: 1000, seconds: 5 }
  const expected = makeWare({ '.': owned, a: { ...owned, content: 'a' } })
  const run = await pack([
    { root, path: '/tmp/work', filters: { uid: '7', mtime: '@5' } },
  ])
  expect(resultOf(run)).toBe(expected.id)
})

test('without a root there is a failure in words', async () => {
  const root = makeScratch()
  const { exitCode, message } = await pack([{ root, path: '/' }])
  expect(exitCode).toBe(11)
  expect(message).toMatchObject({
    category: 'pack-invalid',
    message: expect.stringContaining('"out-0"') as unknown,
    details: {},
  })
  expect(existsSync(join(root, 'root'))).toBe(false)
})

test('a link in the output does not lead the packing astray', async () => {
  const root = await filledVolume()
  mkdirSync(join(root, 'root/tmp/out'))
  writeFileSync(join(root, 'secret'), 'beside the root')
  rmSync(join(root, 'root/tmp/work'), { recursive: true })
  symlinkSync('../../../secret', join(root, 'root/tmp/work'))
  const { exitCode, message } = await pack([{ root, path: '/tmp/work' }])
  expect(exitCode).toBe(11)
  expect(message).toMatchObject({
    message: expect.stringContaining('out of the root') as unknown,
  })
})
