import { expect, test } from 'vitest'
import { describeProblem } from '../../src/errors.ts'
import { convertFormula } from '../../src/formula/convert-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { busybash, formulaOf, legacy, timeless, warpforge } from './read.ts'

function convert(text: string, to: 'timeless' | 'warpforge'): string {
  const converted = convertFormula(text, 'x.formula', to, readYamlText)
  if ('problems' in converted)
    throw new Error(converted.problems.map(describeProblem).join('\n'))
  return converted.text
}

function losses(text: string, to: 'timeless' | 'warpforge'): string[] {
  const converted = convertFormula(text, 'x.formula', to, readYamlText)
  return 'problems' in converted ? converted.problems.map(({ why }) => why) : []
}

const bare = timeless(
  {
    action: {
      exec: ['/bin/sh', '-c', 'true'],
      cradle: 'disable',
      userinfo: { uid: 0, gid: 0 },
      env: { PATH: '/bin', TERM: 'dumb' },
    },
    outputs: {
      '/out': {
        packtype: 'tar',
        filters: { uid: '0', gid: '0', setid: 'reject', dev: 'reject' },
      },
    },
  },
  { fetchUrls: { '/': ['ca+https://h/w'] } },
)

test('a bare Timeless formula runs the same in Warpforge', () => {
  const before = formulaOf(bare)
  const after = formulaOf(convert(bare, 'warpforge'))
  expect(after.dialect).toBe('warpforge')
  expect(after.action.program).toEqual(before.action.program)
  expect(after.action.env).toEqual(before.action.env)
  expect(after.action).toMatchObject({
    cwd: before.action.cwd,
    network: true,
    user: { uid: 0, gid: 0 },
  })
  expect(after.inputs[0]?.source).toEqual(before.inputs[0]?.source)
  expect(after.outputs).toMatchObject([{ name: '/out', path: '/out', packtype: 'tar' }])
})

test('there and back gives the same action and wares', () => {
  const back = formulaOf(convert(convert(bare, 'warpforge'), 'timeless'))
  const before = formulaOf(bare)
  expect(back.action).toEqual(before.action)
  expect(back.inputs[0]?.source).toEqual(before.inputs[0]?.source)
  expect(back.outputs).toMatchObject([
    { name: '/out', filters: { uid: '0', setid: 'reject' } },
  ])
})

test('an ordinary Timeless formula says all that would be lost', () => {
  const text = timeless(
    {
      action: { exec: ['/bin/true'], cwd: '/w', hostname: 'h', policy: 'governor' },
      outputs: { '/o': { packtype: 'zip' } },
    },
    {
      fetchUrls: { '/': ['ca+https://a', 'ca+https://b'] },
      saveUrls: { '/o': 'ca+file:///w' },
    },
  )
  expect(losses(text, 'warpforge').map((why) => why.split(':')[0])).toEqual([
    'action.cradle',
    'action.userinfo',
    'action.cwd',
    'action.hostname',
    'action.policy',
    'action.env',
    'context.fetchUrls."/"',
    'outputs."/o"',
    'context.saveUrls."/o"',
    'outputs."/o".filters',
  ])
})

test('an ordinary Warpforge formula says all that would be lost', () => {
  const text = warpforge({
    inputs: { '/': `ware:${busybash}`, '/m': 'mount:overlay:.' },
    action: { script: { interpreter: '/bin/sh', contents: [] } },
    outputs: { o: { from: '/o' } },
  })
  expect(losses(text, 'timeless').map((why) => why.split(':')[0])).toEqual([
    'action.script',
    'action.network',
    'inputs."/".filters',
    'inputs."/m"',
    'outputs.o',
  ])
})

test('a legacy formula cannot be converted', () => {
  expect(losses(legacy(), 'timeless')).toEqual([
    expect.stringContaining('hash space of their own'),
  ])
})

test('a formula that is in that dialect already stays as it is', () => {
  expect(convert(`${timeless()}\n\n`, 'timeless')).toBe(`${timeless()}\n\n`)
})

test('a formula that cannot run is not converted', () => {
  expect(losses(timeless({ inputs: {} }), 'warpforge')).toEqual([
    expect.stringContaining('no input'),
  ])
})
