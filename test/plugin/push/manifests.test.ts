import { describe, expect, test } from 'vitest'
import { manifest, service } from '../samples.ts'
import { startCluster, status } from './api.ts'
import { formulaOf, local, openWorkplace } from './workplace.ts'

const deployment = (namespace: string, image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name:   web, namespace: ${namespace}}
spec:
  template:
    spec:
      containers:
      - {name: web,   image: ${image}}   # ours
      - {name: other, image: 'repeatr:0/kept:z6M5'}
`

test('prints the manifests with names in the place of paths, and nothing else changed', async () => {
  const { flags, stored } = await startCluster()
  const pod = `\ufeff# first\r\n${manifest('../web.formula   # ours')}---\n${service}`
  const files = {
    'web.formula': formulaOf(),
    'd/a.yaml': pod,
    'd/sub/b.yml': deployment('prod', './api.formula'),
    'd/sub/api.formula': formulaOf('/bin/y'),
  }
  const { push } = openWorkplace(files, flags)
  const { exit, stdout, stderr } = await push(['-f', 'd', '-R', ...local])
  expect(exit).toBe(0)
  const [prod = '', web = ''] = [...stored.keys()].sort().reverse()
  expect([prod, web]).toEqual([
    expect.stringMatching(/^prod\/api-\w{8}$/),
    expect.stringMatching(/^default\/web-\w{8}$/),
  ])
  const image = (key: string) => `repeatr:0/${key.split('/')[1] ?? ''}`
  expect(stdout).toBe(
    `${pod.replace('../web.formula', image(web))}---\n` + deployment('prod', image(prod)),
  )
  expect(stderr).toContain(`formula.r2k8s.io/${image(prod).slice(10)} created\n`)
})

test('a formula goes into each namespace that names it, once', async () => {
  const { flags, stored, asked } = await startCluster()
  const one = deployment('one', './web.formula')
  const stdin = [one, deployment('two', './web.formula'), one].join('---\n')
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const { exit } = await push(['-f', '-', ...local], { stdin })
  expect(exit).toBe(0)
  expect([...stored.keys()].map((key) => key.split('/')[0])).toEqual(['one', 'two'])
  expect(asked).toHaveLength(4)
})

test('the items of a List have namespaces of their own', async () => {
  const { flags, stored } = await startCluster()
  const item = (namespace: string) => ({
    kind: 'Pod',
    metadata: { name: 'a', namespace },
    spec: { containers: [{ name: 'a', image: './web.formula' }] },
  })
  const stdin = JSON.stringify({ kind: 'List', items: [item('one'), item('two')] })
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  await push(['-f', '-', ...local], { stdin })
  expect([...stored.keys()].map((key) => key.split('/')[0])).toEqual(['one', 'two'])
})

test('an object in another namespace than -n is an error', async () => {
  const { flags, asked } = await startCluster()
  const files = {
    'web.formula': formulaOf(),
    'a.yaml': deployment('prod', './web.formula'),
  }
  const { push } = openWorkplace(files, flags)
  const { exit, stdout, stderr } = await push(['-f', 'a.yaml', '-n', 'test', ...local])
  expect([exit, stdout, asked]).toEqual([60, '', []])
  expect(stderr).toContain(
    'at a.yaml:8:30: its object is in namespace "prod", not in "test" [manifest-invalid]',
  )
  expect((await push(['-f', 'a.yaml', '-n', 'prod', ...local])).exit).toBe(0)
})

test('all that is wrong is told, and nothing asked or printed', async () => {
  const { flags, asked } = await startCluster()
  const files = {
    'bad.formula': '{"formula":',
    'a.yaml': [
      './no.formula',
      './bad.formula',
      './bad.formula',
      'repeatr:0/Web',
      'web.formula',
    ]
      .map(manifest)
      .join('---\n'),
    'b.yaml': `kind: [\nspec: {containers: [{image: ./x}]}\n`,
  }
  const { push } = openWorkplace(files, flags)
  const args = ['-f', 'a.yaml', '-f', 'b.yaml', ...local]
  const { exit, stdout, stderr } = await push(args)
  expect([exit, stdout, asked]).toEqual([62, '', []])
  const errors = stderr.split('\n').filter((line) => line.startsWith('error: '))
  expect(errors).toHaveLength(4)
  expect(errors[1]).toBe(
    'error: cannot push the formula of container "web" at a.yaml:8:12: there is no file "no.formula" [formula-not-found]',
  )
})

test('an image that is nearly a reference gets a warning', async () => {
  const { push } = openWorkplace({})
  const stdin = manifest('web.formula')
  const { exit, stdout, stderr } = await push(['-f', '-'], { stdin })
  expect([exit, stdout]).toEqual([0, stdin])
  expect(stderr).toMatch(/^warning: <stdin>:7:5: the image is no formula reference/)
  expect(stderr).toContain('nothing is pushed')
})

describe('where there is nothing to push, it says why', () => {
  test.each([
    ['an empty manifest', '', 'there is nothing in the manifests'],
    ['blank lines', ' \n\r\n', 'there is nothing in the manifests'],
    ['no references', service, 'no container names a formula by its path'],
    ['names', manifest('repeatr:0/web'), 'no container names a formula by its path'],
  ])('%s', async (_, stdin, why) => {
    const { push } = openWorkplace({})
    for (const more of [[], ['--dry-run=client'], ['-o', 'yaml']]) {
      const { exit, stdout, stderr } = await push(['-f', '-', ...more], { stdin })
      expect([exit, stdout]).toEqual([0, stdin])
      expect(stderr).toMatch(new RegExp(`^nothing is pushed: ${why}`))
    }
  })
})

describe('--name', () => {
  const files = { 'web.formula': formulaOf(), 'api.formula': formulaOf('/bin/y') }
  const pods = (...images: readonly string[]) => images.map(manifest).join('---\n')

  test('names the one formula of manifests, however often it stands there', async () => {
    const { flags, stored } = await startCluster()
    const { push } = openWorkplace(files, flags)
    const stdin = pods('./web.formula', './web.formula', 'repeatr:0/kept')
    const args = ['-f', '-', '--name', 'shop', ...local]
    const { exit, stdout } = await push(args, { stdin })
    expect(exit).toBe(0)
    expect(stdout).toBe(pods('repeatr:0/shop', 'repeatr:0/shop', 'repeatr:0/kept'))
    expect([...stored.keys()]).toEqual(['default/shop'])
  })

  test.each([
    ['two', ['./web.formula', './api.formula'], '"web.formula" and "api.formula"'],
    ['none', ['repeatr:0/kept'], 'none by its path'],
  ])('is refused where manifests name %s', async (_, images, words) => {
    const { flags, asked } = await startCluster()
    const { push } = openWorkplace(files, flags)
    const args = ['-f', '-', '--name', 'shop', ...local]
    const { exit, stdout, stderr } = await push(args, { stdin: pods(...images) })
    expect([exit, stdout, asked]).toEqual([1, '', []])
    expect(stderr).toContain(
      `error: cannot push formulas: --name is for one formula, and the manifests name ${words} [usage]`,
    )
  })
})

test('nothing is printed unless all are there', async () => {
  const { flags } = await startCluster({
    answer: (method, path) =>
      method === 'POST' && path.includes('/two/') ? status(403, '', 'no') : undefined,
  })
  const stdin = ['one', 'two']
    .map((namespace) => deployment(namespace, './web.formula'))
    .join('---\n')
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const { exit, stdout, stderr } = await push(['-f', '-', ...local], { stdin })
  expect([exit, stdout]).toEqual([64, ''])
  expect(stderr).toMatch(/web-\w{8} created$/m)
})
