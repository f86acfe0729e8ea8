// Outputs that a client takes home are held in the volume until it says that it has them. What it says, it
// says by programs that run beside the packer.

import { readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { PackPlan } from '../../src/mutate/pack-plan.ts'
import { readAgentLine } from '../../src/run/agent-lines.ts'
import { runInPod } from './agent.ts'
import { packPlan, planVariables, startPacker, volumeWith } from './outputs.ts'
import { makeWare } from './wares.ts'

interface Errand {
  readonly exitCode: number
  readonly printed: Buffer
  readonly complaint: string
  readonly signalled: readonly string[]
  /** What the kubelet is told. */
  readonly message: unknown
}

async function errand(plan: PackPlan, ...argv: readonly string[]): Promise<Errand> {
  const printed: Uint8Array[] = []
  const signalled: string[] = []
  let complaint = ''
  const { exitCode, message } = await runInPod(argv, planVariables(plan), {
    writeBytes: (bytes) => printed.push(Buffer.from(bytes)),
    writeError: (text) => {
      complaint += text
    },
    signalPacker: (word) => signalled.push(word),
  })
  return { exitCode, printed: Buffer.concat(printed), complaint, signalled, message }
}

const flattened = { uid: 1000, gid: 1000, seconds: 1_262_304_000 }
const wareOf = (name: string, content: string) =>
  makeWare({ '.': flattened, [name]: { ...flattened, content } })

function heldPlan(change: Partial<PackPlan> = {}): PackPlan {
  const root = volumeWith({ 'a/x': 'one', 'b/y': 'two' })
  const outputs = [
    { root, path: '/a' },
    { root, path: '/b', held: true as const },
    { root, path: '/none', held: true as const },
  ]
  return packPlan(outputs, { holdSeconds: 600, ...change })
}

const rootOf = ({ outputs: [first] }: PackPlan) => first?.root ?? ''

/** Until it holds what it has packed. */
async function startHolding(plan = heldPlan()) {
  const packer = startPacker(plan)
  packer.tell('SIGTERM')
  const told = () =>
    packer.lines.map(readAgentLine).find((line) => line?.kind === 'results')
  await expect.poll(told).toBeDefined()
  return { ...packer, plan, told: told() }
}

describe('an output that is held', () => {
  test('waits for the client, who hears how large it is', async () => {
    const { plan, told, tell, ended, isOver } = await startHolding()
    const archive = (await errand(plan, 'give', '1')).printed
    expect(told).toEqual({
      kind: 'results',
      results: new Map([
        ['out-0', wareOf('x', 'one').id],
        ['out-1', wareOf('y', 'two').id],
        ['out-2', 'tar:-'],
      ]),
      held: new Map([['out-1', archive.length]]),
    })
    expect(gunzipSync(archive)).toEqual(gunzipSync(wareOf('y', 'two').bytes))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isOver()).toBe(false)
    tell('release')
    const { exitCode, message } = await ended
    expect(exitCode).toBe(0)
    expect(message).toMatchObject({ results: { 'out-1': wareOf('y', 'two').id } })
    expect(readdirSync(rootOf(plan))).toEqual(['root'])
  })

  test('is given from any byte on, as often as it is asked for', async () => {
    const { plan, tell, ended } = await startHolding()
    const give = async (from: number) =>
      (await errand(plan, 'give', '1', String(from))).printed
    const whole = await give(0)
    for (const from of [1, 7, whole.length - 1, whole.length, whole.length + 9]) {
      expect(await give(from)).toEqual(whole.subarray(from))
    }
    expect(await give(0)).toEqual(whole)
    tell('release')
    await ended
  })

  test('is given up when nobody comes for it in time', async () => {
    const { plan, lines, ended } = await startHolding(heldPlan({ holdSeconds: 1 }))
    const { exitCode, message } = await ended
    expect(exitCode).toBe(0)
    expect(message).toMatchObject({ results: { 'out-1': wareOf('y', 'two').id } })
    expect(lines.at(-1)).toContain('nobody has fetched the outputs within 1 s')
    expect(readdirSync(rootOf(plan))).toEqual(['root'])
  })

  test('is given up at once when the packer is told to quit', async () => {
    const { plan, lines, tell, ended } = await startHolding()
    tell('quit')
    expect(await ended).toMatchObject({ exitCode: 0 })
    expect(lines.join()).not.toContain('nobody')
    expect(readdirSync(rootOf(plan))).toEqual(['root'])
  })

  test('is held though another could not be saved, and the failure is the last word', async () => {
    const plan = heldPlan()
    const outputs = plan.outputs.map((output, i) =>
      i === 0
        ? { ...output, addresses: ['ca+file:///there/is/no/such/directory'] }
        : output,
    )
    const { tell, ended, told } = await startHolding({ ...plan, outputs })
    expect(told).toMatchObject({ held: new Map([['out-1', expect.any(Number)]]) })
    tell('release')
    const { exitCode, message } = await ended
    expect(exitCode).toBe(4)
    expect(message).toMatchObject({
      category: 'warehouse-unwritable',
      results: { 'out-1': wareOf('y', 'two').id },
    })
  })

  test('is waited for by nobody when there is nothing to hold', async () => {
    const root = volumeWith({})
    const { tell, ended } = startPacker(
      packPlan([{ root, path: '/none', held: true }], { holdSeconds: 600 }),
    )
    tell('SIGTERM')
    expect(await ended).toMatchObject({
      exitCode: 0,
      message: { results: { 'out-0': 'tar:-' } },
    })
  })

  test('is not handed out through a link that stands in its place', async () => {
    const { plan, tell, ended } = await startHolding()
    const root = rootOf(plan)
    const name = readdirSync(root).find((each) => each.includes('held')) ?? ''
    rmSync(join(root, name))
    writeFileSync(join(root, 'secret'), 'hunter2')
    symlinkSync('secret', join(root, name))
    const { exitCode, printed, complaint } = await errand(plan, 'give', '1')
    expect([exitCode, printed.length]).toEqual([12, 0])
    expect(complaint).not.toContain('hunter2')
    tell('release')
    await ended
  })
})

describe('an errand', () => {
  const plan = heldPlan

  test.each(['begin', 'release', 'quit'])('tells the packer to %s', async (word) => {
    const { exitCode, signalled, complaint } = await errand(plan(), word)
    expect({ exitCode, signalled, complaint }).toEqual({
      exitCode: 0,
      signalled: [word],
      complaint: '',
    })
  })

  test.each([
    ['an output that the plan has not', ['give', '9'], 1],
    ['no output', ['give'], 1],
    ['an output by its name', ['give', 'out-1'], 1],
    ['a place to begin that is none', ['give', '1', '-1'], 1],
    ['an output that is not held', ['give', '0'], 12],
    ['an output that is not packed yet', ['give', '1'], 12],
  ])('for %s fails in words, and signals nobody', async (_, argv, code) => {
    const { exitCode, signalled, complaint, printed } = await errand(plan(), ...argv)
    expect([exitCode, signalled, printed.length]).toEqual([code, [], 0])
    expect(complaint).toMatch(/^cannot give.*\n$/)
  })

  test('never writes the last word, which is the packer’s', async () => {
    const words = [['begin'], ['release'], ['quit'], ['give', '1'], ['give', '99']]
    for (const argv of words) {
      expect((await errand(plan(), ...argv)).message).toBeUndefined()
    }
    expect((await errand(plan(), 'go')).message).toMatchObject({ category: 'usage' })
  })

  test('that cannot signal the packer says so', async () => {
    let complaint = ''
    const { exitCode, message } = await runInPod(['begin'], planVariables(plan()), {
      signalPacker: () => {
        throw Object.assign(new Error('kill EPERM'), { code: 'EPERM', syscall: 'kill' })
      },
      writeError: (text) => {
        complaint += text
      },
    })
    expect(exitCode).toBe(12)
    expect(complaint).toMatch(/^cannot begin: .+\n$/)
    expect(message).toBeUndefined()
  })
})
