import { lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { AgentIo } from '../../src/agent/io.ts'
import type { RootOrder } from '../../src/mutate/fetch-plan.ts'
import { runInPod, type AgentRun } from './agent.ts'
import { planOf, rootOrder } from './plans.ts'
import { describeTree, makeScratch, modeOf } from './trees.ts'
import {
  makeWare,
  openTestWarehouse,
  smallRoot,
  type TestWarehouse,
  type Ware,
} from './wares.ts'

const mine = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

function orderOf(
  ware: Ware,
  { address }: TestWarehouse,
  changes: Partial<RootOrder> = {},
): RootOrder {
  return rootOrder({
    at: makeScratch(),
    wares: [{ ware: ware.id, path: '/', from: [address] }],
    user: mine,
    ...changes,
  })
}

function fetchAll(
  orders: readonly RootOrder[],
  changes?: Partial<AgentIo>,
): Promise<AgentRun> {
  return runInPod(['fetch'], { R2K8S_PLAN: JSON.stringify(planOf(...orders)) }, changes)
}

const filled = {
  bin: '-> usr/bin',
  dev: '/',
  'etc/hostname': '',
  'etc/hosts': '',
  'etc/passwd': 'root:x:0:0::/:/bin/sh\n',
  'etc/resolv.conf': '',
  'run/secrets/kubernetes.io/serviceaccount': '/',
  tmp: '/',
  'usr/bin/run': '#!/bin/run\n',
  'var/run': '-> /run',
}

test('a root is filled, completed and reported, and a second run writes nothing', async () => {
  const ware = makeWare(smallRoot)
  const warehouse = await openTestWarehouse(ware)
  const order = orderOf(ware, warehouse)
  const { exitCode, message } = await fetchAll([order])
  expect(message).toEqual({
    roots: [{ container: 'web', wares: [ware.id], bytes: ware.bytes.length, seconds: 0 }],
  })
  expect(exitCode).toBe(0)
  expect(describeTree(join(order.at, 'root'))).toEqual(filled)
  expect(readdirSync(order.at).sort()).toEqual([
    ...['.r2k8s-placeholders.json', '.r2k8s-stamp.json', 'root'],
  ])
  const { at } = order
  const changes = () =>
    [at, `${at}/root`, `${at}/root/etc`].map((path) => lstatSync(path).ctimeMs)
  const before = changes()

  const asked = warehouse.asked.length
  const again = await fetchAll([order])
  expect(again.message).toEqual({
    roots: [{ container: 'web', wares: [ware.id], bytes: 0, seconds: 0 }],
  })
  expect(warehouse.asked).toHaveLength(asked)
  expect(changes()).toEqual(before)
})

test.each<[string, (order: RootOrder) => RootOrder, Partial<AgentIo>]>([
  ['another formula', (order) => ({ ...order, formula: 'other' }), {}],
  ['other mounts', (order) => ({ ...order, mounts: [...order.mounts, 'opt'] }), {}],
  ['another boot', (order) => order, { boot: 'the next boot' }],
  [
    'no tree behind the stamp',
    (order) => {
      renameSync(join(order.at, 'root'), join(order.at, 'elsewhere'))
      return order
    },
    {},
  ],
  [
    'a broken stamp',
    (order) => {
      writeFileSync(join(order.at, '.r2k8s-stamp.json'), '{')
      return order
    },
    {},
  ],
])('a volume is filled anew for %s', async (_, change, changes) => {
  const ware = makeWare(smallRoot)
  const order = orderOf(ware, await openTestWarehouse(ware))
  await fetchAll([order])
  rmSync(join(order.at, 'root/etc/passwd'))
  const { message } = await fetchAll([change(order)], changes)
  expect(message).toMatchObject({ roots: [{ bytes: ware.bytes.length }] })
  expect(describeTree(join(order.at, 'root'))).toMatchObject(filled)
})

test('two roots with one ware are filled from one download, and share nothing', async () => {
  const ware = makeWare(smallRoot)
  const warehouse = await openTestWarehouse(ware)
  const orders = ['one', 'two'].map((container) =>
    orderOf(ware, warehouse, { container }),
  )
  const { exitCode } = await fetchAll(orders)
  expect(exitCode).toBe(0)
  expect(warehouse.asked).toHaveLength(1)
  for (const { at } of orders) expect(describeTree(join(at, 'root'))).toEqual(filled)
  const inodes = orders.map(({ at }) => lstatSync(join(at, 'root/etc/passwd')).ino)
  expect(new Set(inodes).size).toBe(2)
})

test('wares are placed over each other, the deeper one last', async () => {
  const root = makeWare({ ...smallRoot, 'usr/opt/old': { content: 'old' } })
  const opt = makeWare({ '.': { mode: 0o555 }, new: { content: 'new' } })
  const deep = makeWare({ '.': {}, x: { content: 'x' } })
  const warehouse = await openTestWarehouse(root, opt, deep)
  const from = [warehouse.address]
  const order = orderOf(root, warehouse, {
    wares: [
      { ware: deep.id, path: '/usr/opt/a/b', from },
      { ware: opt.id, path: '/usr/opt', from },
      { ware: root.id, path: '/', from },
    ],
  })
  const { exitCode, message } = await fetchAll([order])
  expect([exitCode, message]).toEqual([0, expect.anything()])
  const tree = describeTree(join(order.at, 'root'))
  expect(tree).toMatchObject({ 'usr/opt/new': 'new', 'usr/opt/a/b/x': 'x' })
  expect(tree).not.toHaveProperty('usr/opt/old')
  expect(modeOf(join(order.at, 'root/usr/opt'))).toBe(0o555)
})

test.each<[string, (ware: Ware, warehouse: TestWarehouse) => Partial<RootOrder>, object]>(
  [
    [
      'a ware with one wrong byte',
      (ware, warehouse) => {
        const bytes = Buffer.from(ware.bytes)
        bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
        warehouse.put(ware, bytes)
        return {}
      },
      { category: 'ware-corrupt' },
    ],
    [
      'another ware',
      (ware, warehouse) => {
        warehouse.put(ware, makeWare({ '.': {}, x: { content: 'x' } }).bytes)
        return {}
      },
      { category: 'ware-hash-mismatch' },
    ],
    [
      'a ware with another link than its strict digest says',
      (ware, { address }) => {
        const wares = [
          { ware: ware.id, path: '/', from: [address], strictDigest: 's1:other' },
        ]
        return { wares }
      },
      { category: 'ware-hash-mismatch' },
    ],
    [
      'a ware that is nowhere',
      (_, { address }) => {
        const wares = [{ ware: makeWare({ '.': {} }).id, path: '/', from: [address] }]
        return { wares }
      },
      { category: 'ware-not-found' },
    ],
    [
      'an entry that is not mounted',
      () => ({ mounts: ['bin', 'etc', 'usr', 'run'] }),
      {
        category: 'inoperable-path',
        message: expect.stringContaining('"var"') as unknown,
      },
    ],
    [
      'a program that is missing',
      () => ({ program: '/bin/none' }),
      {
        category: 'job-invalid',
        message: expect.stringContaining('"/bin/none"') as unknown,
      },
    ],
  ],
)('%s fails loudly and leaves nothing visible', async (_, change, failure) => {
  const ware = makeWare(smallRoot)
  const warehouse = await openTestWarehouse(ware)
  const order = orderOf(ware, warehouse)
  const changed = { ...order, ...change(ware, warehouse) }
  const { exitCode, message, lines } = await fetchAll([changed])
  expect(message).toMatchObject(failure)
  expect(exitCode).toBeGreaterThan(2)
  expect(lines.at(-1)).toMatchObject({ level: 'error', ...failure })
  expect(readdirSync(order.at)).toEqual([])
})

test('what cannot be of one root leaves none of the others visible', async () => {
  const ware = makeWare(smallRoot)
  const warehouse = await openTestWarehouse(ware)
  const good = orderOf(ware, warehouse)
  const bad = orderOf(ware, warehouse, { mounts: ['usr'] })
  const { exitCode } = await fetchAll([good, bad])
  expect(exitCode).toBe(12)
  expect([good, bad].flatMap(({ at }) => readdirSync(at))).toEqual([])
})

test('SIGTERM ends a fetch and leaves nothing', async () => {
  const ware = makeWare(smallRoot)
  const warehouse = await openTestWarehouse(ware)
  const terminated = new AbortController()
  warehouse.stall(() => {
    terminated.abort()
  })
  const order = orderOf(ware, warehouse)
  const { exitCode, message } = await fetchAll([order], { terminated: terminated.signal })
  expect(message).toMatchObject({ category: 'cancelled' })
  expect(exitCode).toBe(8)
  expect(readdirSync(order.at)).toEqual([])
})

test('leftovers of an earlier run are removed', async () => {
  const ware = makeWare(smallRoot)
  const order = orderOf(ware, await openTestWarehouse(ware))
  const leftovers = ['.r2k8s-tmp-file', '.tmp.unpack.x']
  for (const name of leftovers) writeFileSync(join(order.at, name), 'half')
  const { exitCode } = await fetchAll([order])
  expect(exitCode).toBe(0)
  expect(readdirSync(order.at).filter((name) => leftovers.includes(name))).toEqual([])
})

test('a volume that is not there is told', async () => {
  const ware = makeWare(smallRoot)
  const order = orderOf(ware, await openTestWarehouse(ware), { at: '/nowhere/r2k8s' })
  const { exitCode, message } = await fetchAll([order])
  expect(exitCode).toBe(12)
  expect(message).toMatchObject({
    message: expect.stringContaining('"/nowhere/r2k8s"') as unknown,
  })
})

test('set-ID bits go, except where the plan lets them stay; devices go with a warning', async () => {
  const suid = { 'usr/bin/su': { content: 'su', mode: 0o4755 } }
  const ware = makeWare({
    ...smallRoot,
    ...suid,
    'dev/null': { kind: 'character-device', mode: 0o666, device: { major: 1, minor: 3 } },
  })
  const warehouse = await openTestWarehouse(ware)
  const orders = [orderOf(ware, warehouse), orderOf(ware, warehouse, { setid: true })]
  const { exitCode, output } = await fetchAll(orders)
  expect(exitCode).toBe(0)
  const modes = orders.map(({ at }) => modeOf(join(at, 'root/usr/bin/su')))
  expect(modes).toEqual([0o755, 0o4755])
  for (const { at } of orders) expect(readdirSync(join(at, 'root/dev'))).toEqual([])
  expect(output).toContain('the device \\"dev/null\\" left out')
})

test.runIf(mine.uid === 0)('owners are kept or flattened, as ordered', async () => {
  const ware = makeWare({ ...smallRoot, 'etc/passwd': { content: 'x', uid: 7, gid: 8 } })
  const warehouse = await openTestWarehouse(ware)
  const user = { uid: 1234, gid: 5678 }
  const cradle = { cwd: '/tmp/work', home: '' }
  const orders = (['keep', 'flatten'] as const).map((ownership) =>
    orderOf(ware, warehouse, { ownership, user, cradle }),
  )
  const { exitCode } = await fetchAll(orders)
  expect(exitCode).toBe(0)
  const owners = orders.map(({ at }) =>
    ['root/etc/passwd', 'root/usr', 'root/bin', 'root/etc/hosts', 'root/tmp/work'].map(
      (path) => {
        const { uid, gid } = lstatSync(join(at, path))
        return `${uid}:${gid}`
      },
    ),
  )
  expect(owners).toEqual([
    ['7:8', '0:0', '0:0', '0:0', '1234:5678'],
    Array<string>(5).fill('1234:5678'),
  ])
})

test.each([
  [['fetch', 'more'], {}, 1, 'is no duty'],
  [[], {}, 1, 'is no duty'],
  [['fetch'], {}, 1, 'R2K8S_PLAN: the variable is not set'],
  [['fetch'], { R2K8S_PLAN: '{"version":9}' }, 10, 'version 1 only'],
  [['pack'], {}, 1, 'R2K8S_PACK_PLAN: the variable is not set'],
] as const)('%j with %j exits with %i', async (argv, env, code, why) => {
  const { exitCode, message } = await runInPod(argv, env)
  expect(exitCode).toBe(code)
  expect(message).toMatchObject({ message: expect.stringContaining(why) as unknown })
})
