import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { manifest, service } from '../samples.ts'
import { startCluster } from './api.ts'
import { formulaOf, local, openWorkplace, wareId } from './workplace.ts'

const spec = (source: string) => ({
  dialect: 'timeless',
  source,
  warehouses: ['ca+https://b.invalid'],
  wares: { [wareId]: { size: 2 } },
})
const extra = ['--source', 'ca+https://b.invalid', ...local]

test.each([
  ['ends with a newline', formulaOf()],
  ['has no newline at the end', formulaOf().trimEnd()],
  ['has blank lines', formulaOf().replaceAll('\n', '\n\n').trimEnd()],
  ['ends with more', `${formulaOf()}\n\n`],
  ['starts with a space', ` ${formulaOf()}`],
  ['has carriage returns', formulaOf().replaceAll('\n', '\r\n')],
  ['is on one line', JSON.stringify(JSON.parse(formulaOf()))],
  ['holds odd characters', formulaOf('/bin/\u2028\ufeffé😀')],
])('-o yaml keeps a source that %s', async (_, source) => {
  const { push } = openWorkplace({ 'web.formula': source })
  const { exit, stdout, stderr } = await push(['web.formula', ...extra, '-o', 'yaml'])
  expect([exit, stderr.includes('created')]).toEqual([0, false])
  expect(parse(stdout)).toMatchObject({
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    spec: spec(source),
  })
})

test('-o json prints one object, or a List', async () => {
  const files = { 'a.formula': formulaOf(), 'b.formula': formulaOf('/bin/y') }
  const { push } = openWorkplace(files)
  const args = [...extra, '-o', 'json']
  const one = await push(['a.formula', ...args, '-n', 'prod'])
  expect(JSON.parse(one.stdout)).toMatchObject({
    metadata: { namespace: 'prod' },
    spec: spec(files['a.formula']),
  })
  const both = JSON.parse((await push(['a.formula', 'b.formula', ...args])).stdout) as {
    kind: string
    items: { metadata: unknown }[]
  }
  expect([both.kind, both.items.length]).toEqual(['List', 2])
  expect(both.items[0]?.metadata).not.toHaveProperty('namespace')
})

describe('-f -o', () => {
  const open = () => openWorkplace({ 'web.formula': formulaOf() })
  const image = manifest('./web.formula')
  const stdin = `\ufeff${image}---\n${service}---\n${image}`

  test('yaml prints the objects, each once, and the manifests with the new names', async () => {
    const args = ['-f', '-', ...local, '-o', 'yaml']
    const { exit, stdout } = await open().push(args, { stdin })
    expect(exit).toBe(0)
    const [object = '', ...others] = stdout.split('---\n')
    const { kind, metadata } = parse(object) as {
      kind: string
      metadata: { name: string }
    }
    expect(kind).toBe('Formula')
    const named = manifest(`repeatr:0/${metadata.name}`)
    expect(others).toEqual([named, service, named])
  })

  test('yaml prints manifests without formulas as they are', async () => {
    const args = ['-f', '-', '-o', 'yaml']
    const { stdout } = await open().push(args, { stdin: service })
    expect(stdout).toBe(service)
  })

  test('json prints the objects alone', async () => {
    const args = ['-f', '-', ...local, '-o', 'json']
    const { stdout } = await open().push(args, { stdin })
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'Formula' })
  })
})

test('template takes what -o printed, with its warehouses and indexes', async () => {
  const { push } = openWorkplace({ 'web.formula': formulaOf() })
  const args = ['web.formula', '--name', 'web', ...extra, '-o', 'yaml']
  const { stdout } = await push(args)
  const { kubectlR2k8s } = await import('../cli.ts')
  const stdin = `${manifest('repeatr:0/web')}---\n${stdout}`
  const rewritten = await kubectlR2k8s(['template'], { stdin })
  expect([rewritten.exit, rewritten.stderr]).toEqual([0, ''])
  expect(rewritten.stdout).toContain(
    '"from":["ca+https://b.invalid","ca+https://wares.invalid"]',
  )
  expect(rewritten.stdout).toContain('mountPath: /odd')
})

test('--dry-run=client needs no cluster', async () => {
  const { push } = openWorkplace({ 'web.formula': formulaOf() })
  const args = ['web.formula', ...local, '--dry-run=client']
  const { exit, stdout, stderr } = await push(args)
  expect([exit, stdout]).toEqual([0, expect.stringMatching(/^repeatr:0\/web-/)])
  expect(stderr).toMatch(/web-\w{8} created \(dry run\)\n$/)
})

test('--dry-run=client tells each formula once', async () => {
  const { push } = openWorkplace({ 'web.formula': formulaOf() })
  const stdin = [1, 2].map(() => manifest('./web.formula')).join('---\n')
  const args = ['-f', '-', ...local, '--dry-run=client']
  const { exit, stderr } = await push(args, { stdin })
  expect(exit).toBe(0)
  expect(stderr.match(/created \(dry run\)/g)).toHaveLength(1)
})

test('--dry-run=server asks, and leaves nothing', async () => {
  const { flags, stored, asked } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const args = ['web.formula', ...local, '--dry-run=server']
  const { stderr } = await push(args)
  expect(stderr).toMatch(/web-\w{8} created \(server dry run\)\n$/)
  expect([stored.size, asked.at(-1)]).toEqual([
    0,
    expect.stringMatching(/^POST .*dryRun=All/),
  ])
  const printed = await push([...args, '-o', 'json'])
  expect([printed.stderr.includes('created'), stored.size]).toEqual([false, 0])
  expect(JSON.parse(printed.stdout)).toHaveProperty('kind', 'Formula')
})
