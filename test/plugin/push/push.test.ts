import { expect, test } from 'vitest'
import { startCluster } from './api.ts'
import { formulaOf, local, mirror, openWorkplace, wareId } from './workplace.ts'

const name = /^repeatr:0\/(web-[a-z2-7]{8})\n$/

test('stores the text, the ID and the indexes, and prints the image', async () => {
  const { flags, stored } = await startCluster()
  const text = formulaOf()
  const { push } = openWorkplace({ 'web.formula': text }, flags)
  const { exit, stdout, stderr } = await push(['web.formula', ...local])
  expect(exit).toBe(0)
  const made = name.exec(stdout)?.[1] ?? ''
  expect(stderr).toBe(
    'warning: web.formula: left out, no pod can reach it: ca+file://wares\n' +
      `formula.r2k8s.io/${made} created\n`,
  )
  const object = stored.get(`default/${made}`)
  expect(object).toMatchObject({
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    metadata: { name: made, namespace: 'default' },
    spec: { dialect: 'timeless', source: text },
  })
  expect(object?.spec).not.toHaveProperty('warehouses')
  expect(object?.spec.wares).toMatchObject({
    [wareId]: {
      entries: [
        { name: 'bin', kind: 'directory' },
        { name: 'odd', kind: 'directory' },
      ],
      files: 3,
      size: 2,
    },
  })
})

test('changes nothing the second time', async () => {
  const { flags, stored, asked } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const first = await push(['web.formula', ...local])
  const before = [...stored]
  const second = await push(['web.formula', ...local])
  expect([second.exit, second.stdout]).toEqual([0, first.stdout])
  expect(second.stderr).toMatch(/web-\w+ unchanged\n$/)
  expect([...stored]).toEqual(before)
  expect(asked.filter((each) => each.startsWith('POST'))).toHaveLength(1)
})

test('another comment or indentation is no other formula', async () => {
  const { flags, stored } = await startCluster()
  const text = formulaOf()
  const { push } = openWorkplace(
    { 'a/web.formula': text, 'b/web.formula': text.replaceAll('\t', '  ') },
    flags,
  )
  const { exit, stdout } = await push(['a/web.formula', 'b/web.formula', ...local])
  const [one, two] = stdout.split('\n')
  expect([exit, one === two, stored.size]).toEqual([0, true, 1])
})

test('prints an image per formula, in the order given', async () => {
  const { flags, stored } = await startCluster()
  const files = { 'web.formula': formulaOf('/bin/x'), 'api.json': formulaOf('/bin/y') }
  const { push } = openWorkplace(files, flags)
  const { stdout } = await push(['web.formula', 'api.json', ...local, '-n', 'prod'])
  expect(stdout).toMatch(/^repeatr:0\/web-\w{8}\nrepeatr:0\/api-\w{8}\n$/)
  expect([...stored.keys()].every((key) => key.startsWith('prod/'))).toBe(true)
})

test('takes --name as it is, and a formula from stdin', async () => {
  const { flags, stored } = await startCluster()
  const { push } = openWorkplace({}, flags)
  const stdin = formulaOf()
  const { stdout } = await push(['-', '--name', 'my.web', ...local], { stdin })
  expect(stdout).toBe('repeatr:0/my.web\n')
  expect([...stored.keys()]).toEqual(['default/my.web'])
})

test('keeps warehouses of --source for pods, but for those that no pod reaches', async () => {
  const { flags, stored } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const other = 'ca+https://other.invalid'
  const { exit } = await push(['web.formula', ...local, '--source', other])
  expect(exit).toBe(0)
  expect([...stored.values()].map(({ spec }) => spec.warehouses)).toEqual([[other]])
})

test('the same formula with other warehouses is another object', async () => {
  const { flags, stored } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const args = ['web.formula', ...local]
  await push(args)
  const before = [...stored]
  const moved = await push([...args, '--source', 'ca+https://other.invalid'])
  expect([moved.exit, moved.stdout]).toEqual([64, ''])
  expect(moved.stderr).toContain('it is there with the same ID and other warehouses')
  expect(moved.stderr).toMatch(/hint: .*kubectl delete formula web-\w{8} -n default/)
  expect([...stored]).toEqual(before)
  // The formula's own, said once more, is no other.
  expect((await push([...args, '--source', mirror])).exit).toBe(0)
})

test('an index more or less is no difference, but is told', async () => {
  const { flags, stored } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const bare = await push(['web.formula', '--no-index'])
  expect([bare.exit, [...stored.values()][0]?.spec]).toEqual([
    0,
    expect.not.objectContaining({ wares: expect.anything() as unknown }),
  ])
  expect(bare.stderr).toContain(`warning: web.formula: no index of ${wareId}`)
  const again = await push(['web.formula', ...local])
  expect(again.exit).toBe(0)
  expect(again.stderr).toContain(`stays without index of ${wareId}`)
  expect(again.stderr).toContain('unchanged')
})

test('takes the default warehouses of the cluster into account', async () => {
  const none = formulaOf('/bin/x', [])
  const settings = `warehouses: [${mirror}]\n`
  const { flags, stored } = await startCluster({ settings })
  const { push } = openWorkplace({ 'web.formula': none }, flags)
  expect((await push(['web.formula', ...local])).exit).toBe(0)
  expect(stored.size).toBe(1)
  const bare = await startCluster({ settings: 'warehouse: [x]\n' })
  const without = openWorkplace({ 'web.formula': none }, bare.flags)
  const { exit, stderr } = await without.push(['web.formula', ...local])
  expect(exit).toBe(62)
  expect(stderr).toContain('warning: the settings of the cluster do not count here')
  expect(stderr).toContain('error: cannot fetch the input "/" from a pod at web.formula:')
})
