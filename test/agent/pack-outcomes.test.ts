import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readAgentLine } from '../../src/run/agent-lines.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { parseWareId } from '../../src/ware/ware-id.ts'
import { giveToNobody, runScript } from '../fileset/trees.ts'
import { pack, packPlan, startPacker, volumeWith } from './outputs.ts'
import { makeScratch } from './trees.ts'
import { makeWare } from './wares.ts'

const flattened = { uid: 1000, gid: 1000, seconds: 1_262_304_000 }

/** Of a directory with one file. */
const wareOf = (name: string, content: string) =>
  makeWare({ '.': flattened, [name]: { ...flattened, content } }).id

const root = () => volumeWith({ 'a/x': 'one', 'b/y': 'two', 'c/z': 'three' })
const nowhere = 'ca+file:///there/is/no/such/directory'

/** What the log says that was packed. */
function toldResults(lines: readonly unknown[]) {
  const told = lines
    .map((line) => readAgentLine(JSON.stringify(line)))
    .filter((line) => line?.kind === 'results')
  expect(told).toHaveLength(1)
  return told[0]?.results
}

function volumeOnSmallDisk(size: string, skip: (note: string) => void): string {
  const at = makeScratch()
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', at])
  if (mount.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => {
    spawnSync('umount', [at])
  })
  for (const [path, content] of [
    ['a/x', 'one'],
    ['b/y', 'two'],
    ['c/z', 'three'],
  ] as const) {
    mkdirSync(dirname(join(at, 'root', path)), { recursive: true })
    writeFileSync(join(at, 'root', path), content)
  }
  return at
}

describe('one output that cannot be saved', () => {
  test('keeps no other from being saved, and all is told', async () => {
    const at = root()
    const warehouse = makeScratch()
    const addresses = [`ca+file://${warehouse}`]
    const { exitCode, message, lines } = await pack(
      packPlan([
        { root: at, path: '/a', addresses },
        { root: at, path: '/b', addresses: [nowhere] },
        { root: at, path: '/c', addresses },
      ]),
    )
    const results = { 'out-0': wareOf('x', 'one'), 'out-2': wareOf('z', 'three') }
    expect(message).toEqual({
      category: 'warehouse-unwritable',
      message: expect.stringContaining(nowhere) as unknown,
      details: expect.anything() as unknown,
      results,
    })
    expect(exitCode).toBe(4)
    expect(toldResults(lines)).toEqual(new Map(Object.entries(results)))
    expect(readdirSync(warehouse)).toHaveLength(2)
    expect(readdirSync(at)).toEqual(['root'])
  })

  test.runIf(process.getuid?.() === 0)(
    'since the disk of the node is full keeps no other from being packed',
    async ({ skip }) => {
      const at = volumeOnSmallDisk('2m', skip)
      writeFileSync(join(at, 'root/b/noise'), randomBytes(1_400_000))
      const packer = startPacker(
        packPlan(
          [
            { root: at, path: '/a', held: true },
            { root: at, path: '/b', held: true },
            { root: at, path: '/c', held: true },
          ],
          { holdSeconds: 60 },
        ),
      )
      packer.tell('SIGTERM')
      await expect
        .poll(() => packer.lines.join(''), { timeout: 20_000 })
        .toContain('"held"')
      expect(readdirSync(at).toSorted()).toEqual([
        expect.stringMatching(/held-0$/),
        expect.stringMatching(/held-2$/),
        'root',
      ])
      packer.tell('release')
      const { exitCode, message } = await packer.ended
      expect(message).toMatchObject({
        message: expect.stringMatching(/"out-1".*the disk is full/) as unknown,
        results: { 'out-0': wareOf('x', 'one'), 'out-2': wareOf('z', 'three') },
      })
      expect(exitCode).toBe(4)
    },
  )

  test('of several is told with the others, in the order of the plan', async () => {
    const at = root()
    const outputs = ['/b', '/a', '/c'].map((path) => ({
      root: at,
      path,
      addresses: [nowhere],
    }))
    const { message } = await pack(packPlan([...outputs, { root: at, path: '/none' }]))
    expect(message).toMatchObject({
      message: expect.stringMatching(/^cannot pack the output "out-0": /) as unknown,
      details: {
        others: expect.stringMatching(/"out-1".*"out-2"/) as unknown,
      },
      results: { 'out-3': 'tar:-' },
    })
  })

  test('since its root cannot be read keeps no other from being packed', () => {
    const script = `
      import { readFileSync } from 'node:fs'
      import { runAgent } from 'src/agent/run.ts'
      const [closed, open, log] = process.argv.slice(1)
      const never = new AbortController().signal
      const order = { packtype: 'tar', filters: {}, addresses: [], path: '/a' }
      const outputs = [{ ...order, name: 'closed', root: closed }, { ...order, name: 'open', root: open }]
      await runAgent(['pack'], {
        env: { R2K8S_TERMINATION_LOG: log, R2K8S_PACK_PLAN: JSON.stringify({ version: 1, outputs }) },
        cwd: '/', mine: { uid: process.getuid(), gid: process.getgid() },
        writeLine: () => undefined, now: () => 0, boot: '', architecture: process.arch, version: '0',
        terminated: AbortSignal.abort(), told: { begin: never, release: never, quit: never },
      })
      console.log(readFileSync(log, 'utf8'))
    `
    const [closed, open] = [root(), root()]
    giveToNobody(closed)
    giveToNobody(open)
    chmodSync(join(closed, 'root'), 0)
    const { stdout, stderr } = runScript(script, [closed, open, join(open, 'log')], {
      asNobody: true,
    })
    chmodSync(join(closed, 'root'), 0o755)
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      category: 'pack-invalid',
      message: expect.stringMatching(/"closed".*permission denied/) as unknown,
      results: { open: wareOf('x', 'one') },
    })
  })
})

describe('sixty outputs', () => {
  const names = Array.from({ length: 60 }, (_, i) => `/task/output-number-${i}`)
  const plan = (...others: { path: string; addresses: string[] }[]) => {
    const at = root()
    const outputs = names.map((name) => ({ name, root: at, path: '/a' }))
    return packPlan([...outputs, ...others.map((other) => ({ ...other, root: at }))])
  }
  const all = new Map(names.map((name) => [name, wareOf('x', 'one')]))

  test('stand in the log, and the last word says so', async () => {
    const { exitCode, message, lines } = await pack(plan())
    expect(message).toEqual({ resultsInLog: true, count: 60 })
    expect(exitCode).toBe(0)
    expect(toldResults(lines)).toEqual(all)
  })

  test('stand in the log also when one more cannot be saved', async () => {
    const { message, lines } = await pack(plan({ path: '/b', addresses: [nowhere] }))
    expect(message).toMatchObject({
      category: 'warehouse-unwritable',
      resultsInLog: true,
      count: 60,
    })
    expect(toldResults(lines)).toEqual(all)
  })
})

describe('a packer that is to be told', () => {
  const plan = () => packPlan([{ root: root(), path: '/a' }], { begin: 'told' })
  const waiting = (lines: readonly string[]) => expect.poll(() => lines.length).toBe(1)

  test('waits for the word', async () => {
    const { lines, tell, ended, isOver } = startPacker(plan())
    await waiting(lines)
    expect(lines[0]).toContain('waiting for the word to pack 1 outputs')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isOver()).toBe(false)
    tell('begin')
    const { exitCode, message } = await ended
    expect(exitCode).toBe(0)
    expect(message).toEqual({ results: { 'out-0': wareOf('x', 'one') } })
  })

  test.each(['SIGTERM', 'quit'] as const)(
    'is cancelled by %s before it has come',
    async (word) => {
      const { lines, tell, ended } = startPacker(plan())
      await waiting(lines)
      tell(word)
      const { exitCode, message } = await ended
      expect(exitCode).toBe(8)
      expect(message).toMatchObject({ category: 'cancelled' })
      expect(message).not.toHaveProperty('results')
    },
  )

  test('packs to the end once it has begun, whatever the kubelet says', async () => {
    const { tell, ended } = startPacker(plan())
    tell('begin')
    tell('SIGTERM')
    expect(await ended).toMatchObject({ exitCode: 0 })
  })

  test('is not to be told unless the plan says so', async () => {
    const { lines, tell, ended, isOver } = startPacker(
      packPlan([{ root: root(), path: '/a' }]),
    )
    await waiting(lines)
    tell('begin')
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isOver()).toBe(false)
    tell('SIGTERM')
    expect(await ended).toMatchObject({ exitCode: 0 })
  })
})

test('what is not packed in time is given up, the rest is kept', async () => {
  const server = createServer(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const at = root()
  const { exitCode, message } = await pack(
    packPlan(
      [
        { root: at, path: '/a', addresses: [`ca+http://127.0.0.1:${port}`] },
        { root: at, path: '/b' },
      ],
      { timeoutSeconds: 1 },
    ),
  )
  expect(exitCode).toBe(8)
  expect(message).toEqual({
    category: 'cancelled',
    message: 'cannot pack the outputs: it took longer than 1 s',
    details: { hints: expect.stringContaining('--pack-timeout') as unknown },
    results: { 'out-1': wareOf('y', 'two') },
  })
})

describe('a legacy output', () => {
  test('has a hash of its dialect, and of the same files', async () => {
    const at = volumeWith({})
    mkdirSync(join(at, 'root/out'))
    writeFileSync(join(at, 'root/out/x'), 'one')
    const order = { root: at, path: '/out' }
    const { message } = await pack(packPlan([{ ...order, space: 'legacy' }, order]))
    const identifier = createIdentifier({ space: 'legacy' })
    const common = { target: '', nanoseconds: 0, ...flattened }
    identifier.entry({ ...common, path: '.', kind: 'directory', mode: 0o755, size: 0 })
    identifier.entry({ ...common, path: 'x', kind: 'file', mode: 0o644, size: 3 })
    identifier.content(Buffer.from('one'))
    identifier.endFile()
    const { hash } = identifier.finish()
    expect(message).toEqual({
      results: { 'out-0': `tar:${hash}`, 'out-1': wareOf('x', 'one') },
    })
    expect(parseWareId(`tar:${hash}`)).toMatchObject({ wareId: { space: 'legacy' } })
  })
})

test('an output that was never made is blank in its packtype', async () => {
  const at = root()
  const { message } = await pack(
    packPlan([
      { root: at, path: '/none', packtype: 'zip' },
      { root: at, path: '/none', space: 'legacy' },
    ]),
  )
  expect(message).toEqual({ results: { 'out-0': 'zip:-', 'out-1': 'tar:-' } })
})
