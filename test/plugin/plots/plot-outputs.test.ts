import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { arrangeOutputs } from '../../../src/plugin/plots/plot-outputs.ts'
import { planOf } from '../../plot/read.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

const action = { exec: { command: ['/bin/true'] } }
const root = `ware:tar:${'1'.repeat(48)}`
/** `first` hands `kept` on and gives `spare` to nobody; `second` gives the output of the plot. */
const plan = planOf(
  JSON.stringify({
    'plot.v1': {
      inputs: { root },
      steps: {
        first: {
          protoformula: {
            inputs: { '/': 'pipe::root' },
            action,
            outputs: { kept: { from: '/kept' }, spare: { from: '/spare' } },
          },
        },
        second: {
          protoformula: {
            inputs: { '/': 'pipe::root', '/in': 'pipe:first:kept' },
            action,
            outputs: { out: { from: '/out' } },
          },
        },
      },
      outputs: { result: 'pipe:second:out' },
    },
  }),
)

const store = { directory: '/store', takesAll: false }

function savesWith(
  texts: readonly string[],
  used = store,
): Record<string, readonly string[]> {
  const { savesOf } = arrangeOutputs(plan, texts, used)
  const saves: Record<string, string[]> = {}
  for (const step of plan.steps) {
    for (const { output, address } of savesOf(step)) {
      const key = `${step.name}:${output ?? ''}`
      saves[key] = [...(saves[key] ?? []), address]
    }
  }
  return saves
}

test('what a step hands on is kept on this machine, and nothing else', () => {
  expect(savesWith([])).toEqual({ 'first:kept': ['ca+file:///store'] })
})

test('all outputs are kept where a workspace has a place for them', () => {
  const kept = ['ca+file:///store']
  expect(savesWith([], { ...store, takesAll: true })).toEqual({
    'first:kept': kept,
    'first:spare': kept,
    'second:out': kept,
  })
})

test('a warehouse that pods reach takes all outputs, and hands them on', () => {
  const address = 'ca+https://wares.example/'
  const saves = savesWith([address])
  expect(Object.values(saves)).toEqual([[address], [address], [address]])
  const { handOn } = arrangeOutputs(plan, [address], store)
  expect(handOn(root.slice(5))).toEqual({ kind: 'addresses', addresses: [address] })
})

test('an output of the plot goes where it is wanted by its label, or as the only one', () => {
  const expected = {
    'first:kept': ['ca+file:///store'],
    'second:out': ['file://./out.tgz'],
  }
  expect(savesWith(['result=file:./out.tgz'])).toEqual(expected)
  expect(savesWith(['file:./out.tgz'])).toEqual(expected)
})

test('a place for one archive is refused where the plot has no output for it', () => {
  const text = JSON.stringify({ 'plot.v1': { inputs: {}, steps: {}, outputs: {} } })
  const arrange = () => arrangeOutputs(planOf(text), ['file:./out.tgz'], store)
  expect(arrange).toThrow('the plot has no outputs')
})

test('what lies in the store is sent', () => {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-store-'))
  made.push(directory)
  const shelf = join(directory, '111/111')
  mkdirSync(shelf, { recursive: true })
  writeFileSync(join(shelf, '1'.repeat(48)), 'four')
  const { handOn } = arrangeOutputs(plan, [], { directory, takesAll: false })
  expect(handOn(`tar:${'1'.repeat(48)}`)).toMatchObject({
    kind: 'sent',
    sent: { bytes: 4, file: join(shelf, '1'.repeat(48)) },
  })
})
