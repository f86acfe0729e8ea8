import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/json.ts'
import { memberString } from '../../src/json.ts'
import { planVariable } from '../../src/mutate/fetch-plan.ts'
import { defaultSettings } from '../../src/mutate/settings.ts'
import { readSettings } from '../../src/settings/read-settings.ts'
import { directoryWith, kubectlR2k8s } from '../plugin/cli.ts'
import { formula, manifest } from '../plugin/samples.ts'

const read = (limits: JsonValue) => readSettings({ limits }, defaultSettings('test'))

describe('the limits of wares', () => {
  test.each([
    [
      'all of them',
      { entries: 1, bytes: 2, pathBytes: 3, ratio: 4 },
      { entries: 1, bytes: 2, pathBytes: 3, ratio: 4 },
    ],
    ['none', {}, {}],
    ['bytes as a quantity', { bytes: '64Gi' }, { bytes: 64 * 1024 ** 3 }],
    ['bytes with an exponent', { bytes: '1e9' }, { bytes: 1_000_000_000 }],
    ['bytes with a fraction that is none', { bytes: '1.5k' }, { bytes: 1500 }],
  ])('are read: %s', (_name, written, limits) => {
    expect(read(written)).toMatchObject({ settings: { limits } })
  })

  test('stay away when the settings do not speak of them', () => {
    const settings = readSettings({}, defaultSettings('test'))
    expect(settings).toHaveProperty('settings')
    expect(settings).not.toHaveProperty('settings.limits')
  })

  test.each([
    ['zero', { entries: 0 }, '/limits/entries'],
    ['below zero', { ratio: -1 }, '/limits/ratio'],
    ['a fraction', { pathBytes: 1.5 }, '/limits/pathBytes'],
    ['a text', { entries: '5' }, '/limits/entries'],
    ['too large to count', { bytes: 1e300 }, '/limits/bytes'],
    ['a quantity too large to count', { bytes: '99E' }, '/limits/bytes'],
    ['a quantity of half a byte', { bytes: '500m' }, '/limits/bytes'],
    ['a quantity of nothing', { bytes: '0' }, '/limits/bytes'],
    ['no quantity', { bytes: 'much' }, '/limits/bytes'],
    ['a member of another name', { files: 5 }, '/limits/files'],
    ['a list', [], '/limits'],
  ])('are refused: %s', (_name, written, pointer) => {
    expect(read(written)).toMatchObject({ problems: [{ pointer }] })
  })
})

test('a member that is nearly one of the limits is told which', () => {
  const why = expect.stringContaining('did you mean "entries"?') as string
  expect(read({ entrys: 5 })).toMatchObject({ problems: [{ why }] })
})

describe('the order to the fetcher', () => {
  const planOf = async (settings: string) => {
    const cwd = directoryWith({ 'web.formula': formula, 's.yaml': settings })
    const stdin = JSON.stringify({
      kind: 'Pod',
      spec: { containers: [{ name: 'web', image: './web.formula' }] },
    })
    const { stdout } = await kubectlR2k8s(['template', '--settings', 's.yaml'], {
      cwd,
      stdin,
    })
    const object = JSON.parse(stdout) as {
      spec: { initContainers: { env: JsonValue[] }[] }
    }
    const [variable = null] = object.spec.initContainers[0]?.env ?? []
    expect(memberString(variable, 'name')).toBe(planVariable)
    return JSON.parse(memberString(variable, 'value') ?? '') as JsonValue
  }

  test('carries the limits that are set', async () => {
    expect(await planOf('limits: {bytes: 1Ki, ratio: 9}\n')).toMatchObject({
      version: 1,
      limits: { bytes: 1024, ratio: 9 },
    })
  })

  test.each(['limits: {}\n', 'ownership: auto\n'])(
    'carries none for %j',
    async (settings) => {
      expect(await planOf(settings)).not.toHaveProperty('limits')
    },
  )

  test('a limit that is none is told of with its place', async () => {
    const cwd = directoryWith({ 's.yaml': 'ownership: auto\nlimits:\n  bytes: much\n' })
    const args = ['template', '--settings', 's.yaml']
    const { exit, stderr } = await kubectlR2k8s(args, { cwd, stdin: manifest('x') })
    expect(exit).toBe(65)
    expect(stderr).toContain('s.yaml:3:3')
  })
})
