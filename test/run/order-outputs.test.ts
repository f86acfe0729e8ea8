import { describe, expect, test } from 'vitest'
import { describeProblem } from '../../src/errors.ts'
import { orderOutputs, type Save } from '../../src/run/order-outputs.ts'
import { readPackPlan } from '../../src/agent/read-pack-plan.ts'
import { formulaOf, legacy, timeless, warpforge } from '../formula/read.ts'

const root = '/r2k8s/0'
const order = (text: string, saves: readonly Save[] = []) =>
  orderOutputs(formulaOf(text), saves, root)

const twoOutputs = timeless({
  outputs: { '/task/b': { packtype: 'zip' }, '/task/a': { packtype: 'tar' } },
})

const flattened = { uid: '1000', gid: '1000', mtime: '@1262304000' }
const keeping = { sticky: 'keep', setid: 'keep', dev: 'keep' }

describe('addresses', () => {
  test('go to the packer, those of the formula first, each once', () => {
    const text = timeless(
      { outputs: { '/task/a': { packtype: 'tar' } } },
      { saveUrls: { '/task/a': 'ca+https://wares.example/' } },
    )
    const saves = [
      { address: 's3://bucket/a.tgz' },
      { address: 'ca+https://wares.example/' },
    ]
    const { outputs, fetched, problems } = order(text, saves)
    expect(outputs.map(({ addresses, held }) => ({ addresses, held }))).toEqual([
      { addresses: ['ca+https://wares.example/', 's3://bucket/a.tgz'], held: undefined },
    ])
    expect([fetched, problems]).toEqual([[], []])
  })

  test('of one output are for that one', () => {
    const { outputs } = order(twoOutputs, [
      { output: '/task/b', address: 'oci://r.example/x' },
    ])
    expect(outputs.map(({ name, addresses }) => [name, ...addresses])).toEqual([
      ['/task/a'],
      ['/task/b', 'oci://r.example/x'],
    ])
  })

  test('on this machine are held in the pod, and where they go is kept', () => {
    const { outputs, fetched } = order(twoOutputs, [
      { output: '/task/b', address: 'file://./b.zip' },
      { output: '/task/b', address: 'ca+file:///srv/wares' },
      { output: '/task/b', address: 'ca+https://wares.example/' },
    ])
    expect(outputs[0]).not.toHaveProperty('held')
    expect(outputs[1]).toMatchObject({
      held: true,
      addresses: ['ca+https://wares.example/'],
    })
    expect(fetched).toEqual([
      { output: '/task/b', targets: ['file://./b.zip', 'ca+file:///srv/wares'] },
    ])
  })

  test('that nothing is given for leave an output hashed, and not stored', () => {
    const [output] = order(twoOutputs).outputs
    expect(output?.addresses).toEqual([])
    expect(output).not.toHaveProperty('held')
  })
})

describe('filters are those of the tool of the dialect:', () => {
  test('Timeless flattens, but for what the formula says', () => {
    const text = timeless({
      outputs: { '/task/a': { packtype: 'tar', filters: { uid: '7', mtime: 'keep' } } },
    })
    expect(order(text).outputs[0]?.filters).toEqual({
      ...{ ...flattened, ...keeping, uid: '7', mtime: 'keep' },
    })
  })

  test('legacy flattens, but for what the formula says, and has hashes of its own', () => {
    const text = legacy({ outputs: { '/out': { type: 'tar', filters: ['gid keep'] } } })
    expect(order(text).outputs[0]).toEqual({
      ...{ name: '/out', root, path: '/out', packtype: 'tar', space: 'legacy' },
      filters: { ...flattened, ...keeping, gid: 'keep' },
      addresses: [],
    })
  })

  test('Warpforge gives all to root, whatever the formula declares', () => {
    const outputs = {
      out: {
        from: '/a',
        packtype: 'zip',
        filters: { uid: '7', gid: 'keep', mtime: '@5' },
      },
    }
    expect(order(warpforge({ outputs })).outputs[0]).toMatchObject({
      packtype: 'tar',
      filters: { uid: '0', gid: '0', mtime: '@1262304000' },
    })
  })
})

describe('a packtype', () => {
  test.each(['dir', 's3', 'gs'])('that was a store, %s, is packed as tar', (type) => {
    const { outputs, problems } = order(legacy({ outputs: { '/out': { type } } }))
    expect([outputs[0]?.packtype, problems]).toEqual(['tar', []])
  })

  test('that nothing is packed as is refused, each with its place', () => {
    const text = legacy({ outputs: { '/a': { type: 'tar' }, '/b': { type: 'tar' } } })
    const formula = formulaOf(text)
    const outputs = formula.outputs.map((output) => ({ ...output, packtype: 'git' }))
    const { problems } = orderOutputs({ ...formula, outputs }, [], root)
    expect(problems.map(describeProblem)).toEqual([
      expect.stringMatching(
        /^cannot save the output "\/a" at x\.formula:\d+:\d+: nothing can be packed as "git"; "tar" and "zip" can$/,
      ),
      expect.stringContaining('"/b"'),
    ])
    expect(problems.map(({ code }) => code)).toEqual([
      'formula-invalid',
      'formula-invalid',
    ])
  })
})

test.each([
  ['Timeless', twoOutputs],
  ['legacy', legacy({ outputs: { '/out': { type: 's3', silo: 's3+ca://bucket/x' } } })],
  ['Warpforge', warpforge({ outputs: { out: { from: '/a', packtype: 'tar' } } })],
])('the packer understands the orders of %s', (_, text) => {
  const { outputs } = order(text, [{ address: 'file://./x' }])
  const plan = { version: 1, outputs, holdSeconds: 600 }
  expect(readPackPlan(JSON.stringify(plan))).toEqual(plan)
})
