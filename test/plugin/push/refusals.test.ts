import { describe, expect, test } from 'vitest'
import { directoryWith } from '../cli.ts'
import { startCluster } from './api.ts'
import { formulaOf, local, mirror, openWorkplace, wareId } from './workplace.ts'

describe('before anything is created', () => {
  test('tells the problems of all files at once', async () => {
    const { flags, asked } = await startCluster()
    const files = { 'a.formula': '{"formula":', 'b.formula': formulaOf() }
    const { push } = openWorkplace(files, flags)
    const args = ['a.formula', 'b.formula', 'c.formula', ...local]
    const { exit, stdout, stderr } = await push(args)
    expect([exit, stdout, asked]).toEqual([62, '', []])
    expect(stderr).toContain('a.formula:1:12')
    expect(stderr).toContain('there is no file "c.formula"')
  })

  test('an input that no pod can fetch', async () => {
    const { flags, asked } = await startCluster()
    const web = formulaOf('/bin/x', ['ca+file://wares'])
    const { push } = openWorkplace({ 'web.formula': web }, flags)
    const { exit, stderr } = await push(['web.formula'])
    expect([exit, asked]).toEqual([62, []])
    expect(stderr).toContain('no pod can reach "ca+file://wares"')
    expect(stderr).toContain('hint: name a warehouse that pods reach with --source')
  })

  test('a formula that no pod can run', async () => {
    const { flags, asked } = await startCluster()
    const web = formulaOf()
      .replace('"/": "', `"/proc/x": "${wareId}", "/": "`)
      .replace('"/": [', `"/proc/x": ["${mirror}"], "/": [`)
    const { push } = openWorkplace({ 'web.formula': web }, flags)
    const { exit, stderr } = await push(['web.formula', ...local])
    expect([exit, asked]).toEqual([62, []])
    expect(stderr).toContain(
      'cannot run the formula in a pod at web.formula: its input "/proc/x" lies where',
    )
  })

  test('a ware that cannot be read, with the way to do without', async () => {
    const { flags, asked } = await startCluster()
    const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
    const empty = `ca+file://${directoryWith({})}`
    const { exit, stdout, stderr } = await push(['web.formula', '--source', empty])
    expect([exit, stdout, asked]).toEqual([expect.any(Number), '', []])
    expect(exit).not.toBe(0)
    expect(stderr).toMatch(
      new RegExp(`error: cannot index ${wareId} at web\\.formula:\\d+:\\d+: `),
    )
    expect(stderr).toContain('hint: --no-index pushes without')
  })

  test.each([
    ['no formula is named', []],
    ['formulas and -f are both given', ['a.formula', '-f', 'x.yaml']],
    ['--name is for one formula', ['a.formula', 'b.formula', '--name', 'web']],
    ['its name is no DNS subdomain', ['-f', 'x.yaml', '--name', 'Web']],
    ['its name has fewer than 2', ['a.formula', '--name', 'x']],
    ['its name has more than 245', ['a.formula', '--name', 'x'.repeat(246)]],
    ['its name is no DNS subdomain', ['a.formula', '--name', 'Web']],
    ['it is a name with an ID', ['a.formula', '--name', 'web:ID']],
    ['has no scheme', ['a.formula', '--source', '/srv']],
  ])('%s', async (why, args) => {
    const { push } = openWorkplace({})
    const { exit, stdout, stderr } = await push(args)
    expect([exit, stdout]).toEqual([1, ''])
    expect(stderr).toContain(why)
  })

  test.each([
    'ca+https://user:hunter2@wares.invalid',
    'https://wares.invalid/w?token=hunter2',
    'https://user:hunter2@git.invalid/w.git',
  ])('a secret in --source is refused and not repeated: %s', async (source) => {
    const { flags, asked } = await startCluster()
    const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
    const { exit, stdout, stderr } = await push([
      'web.formula',
      ...local,
      '--source',
      source,
    ])
    expect([exit, stdout, asked]).toEqual([1, '', []])
    expect(stderr).toContain('r2k8s.io/warehouse-secret')
    expect(stderr).not.toContain('hunter2')
  })
})
