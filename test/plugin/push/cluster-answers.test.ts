import { describe, expect, test } from 'vitest'
import { startCluster, status, type Answer } from './api.ts'
import { formulaOf, local, mirror, openWorkplace, wareId } from './workplace.ts'

describe('what the cluster says', () => {
  const pushTo = async (answer: (method: string, path: string) => Answer | undefined) => {
    const cluster = await startCluster({ answer })
    const { push } = openWorkplace({ 'web.formula': formulaOf() }, cluster.flags)
    return { ...(await push(['web.formula', '--name', 'web', ...local])), cluster }
  }
  const unknownPath: Answer = { status: 404, body: '404 page not found\n' }

  test('the type is missing', async () => {
    const { exit, stdout, stderr } = await pushTo(() => unknownPath)
    expect([exit, stdout]).toEqual([64, ''])
    expect(stderr).toContain('the cluster does not know Formulas')
    expect(stderr).toContain('kubectl r2k8s install')
  })

  test('the namespace is missing', async () => {
    const { exit, stderr } = await pushTo((method, path) => {
      if (path === '/apis/r2k8s.io/v1alpha1') return { status: 200, body: {} }
      const gone = status(404, 'NotFound', 'namespaces "default" not found')
      return method === 'POST' ? gone : undefined
    })
    expect(exit).toBe(64)
    expect(stderr).toContain(
      'cannot push "web.formula" as Formula "web": namespaces "default" not found',
    )
  })

  test.each(['GET', 'POST'])('it is forbidden to %s', async (forbidden) => {
    const { exit, stdout, stderr } = await pushTo((method) =>
      method === forbidden ? status(403, 'Forbidden', 'you may not') : undefined,
    )
    expect([exit, stdout]).toEqual([64, ''])
    expect(stderr).toContain('as Formula "web": you may not [rejected-by-cluster]')
  })

  test('the name belongs to another formula', async () => {
    const { flags, stored } = await startCluster()
    const files = { 'a.formula': formulaOf('/bin/a'), 'b.formula': formulaOf('/bin/b') }
    const { push } = openWorkplace(files, flags)
    await push(['a.formula', '--name', 'web', ...local])
    const { exit, stdout, stderr } = await push(['b.formula', '--name', 'web', ...local])
    expect([exit, stdout, stored.size]).toEqual([64, '', 1])
    expect(stderr).toContain('one of this name is there with the ID "')
    expect(stderr).toContain('hint: a Formula never changes: while nothing is created')
  })

  test('the Formula of that name has its warehouses elsewhere', async () => {
    const { flags } = await startCluster()
    const old = 'ca+https://user-of-old.invalid'
    const files = {
      'web.formula': formulaOf('/bin/a', [old]),
      'new.formula': formulaOf('/bin/a'),
    }
    const { push } = openWorkplace(files, flags)
    await push(['web.formula', '--name', 'web', '-n', 'shop', ...local])
    const moved = await push(['new.formula', '--name', 'web', '-n', 'shop', ...local])
    expect([moved.exit, moved.stdout]).toEqual([64, ''])
    expect(moved.stderr.split('\n').slice(1)).toEqual([
      `error: cannot push "new.formula" as Formula "web": it is there with the same ID and other warehouses: the input "/" has "${old}" there and "${mirror}" here [rejected-by-cluster]`,
      'hint: a Formula never changes: while nothing is created from it, delete it with "kubectl delete formula web -n shop", and push again',
      'hint: or push this one beside it with --name OTHER, which is for one formula',
      '',
    ])
    const beside = ['new.formula', '--name', 'other', '-n', 'shop', ...local]
    expect((await push(beside)).exit).toBe(0)
  })

  test('the Formula of that name has another packing of its ware', async () => {
    const { flags, stored } = await startCluster()
    const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
    const args = ['web.formula', '--name', 'web', ...local]
    await push(args)
    const made = stored.get('default/web')
    if (made === undefined) throw new Error('nothing was stored')
    const { [wareId]: index } = made.spec.wares ?? {}
    const wares = { [wareId]: { ...(index as object), strictDigest: 'sha256:other' } }
    stored.set('default/web', { ...made, spec: { ...made.spec, wares } })
    const { exit, stderr } = await push(args)
    expect(exit).toBe(64)
    expect(stderr).toContain(`same ID and another strict digest of ${wareId}`)
  })

  test('the Formula of that name is unsound', async () => {
    const { exit, stderr } = await pushTo((method) =>
      method === 'GET'
        ? { status: 200, body: { metadata: { name: 'web' }, spec: {} } }
        : undefined,
    )
    expect(exit).toBe(64)
    expect(stderr).toContain('one of this name is there and unsound')
  })

  test.each([
    ['the same', 'a.formula', 0, 'formula.r2k8s.io/web unchanged'],
    ['another one', 'b.formula', 64, 'one of this name is there with the ID'],
  ])('somebody else pushed %s meanwhile', async (_, file, exit, words) => {
    let isHidden = false
    const { flags, stored, asked } = await startCluster({
      answer: (method) => {
        if (!isHidden) return undefined
        if (method === 'GET') return status(404, 'NotFound', 'there is none')
        isHidden = false
        return status(409, 'AlreadyExists', 'it is there')
      },
    })
    const files = { 'a.formula': formulaOf('/bin/a'), 'b.formula': formulaOf('/bin/b') }
    const { push } = openWorkplace(files, flags)
    await push(['a.formula', '--name', 'web', ...local])
    isHidden = true
    const late = await push([file, '--name', 'web', ...local])
    expect([late.exit, stored.size]).toEqual([exit, 1])
    expect(late.stderr).toContain(words)
    const methods = asked.map((each) => each.split(' ')[0])
    expect(methods).toEqual(['GET', 'POST', 'GET', 'POST', 'GET'])
  })

  test('nothing at all', async () => {
    const { push } = openWorkplace({ 'web.formula': formulaOf() })
    const nobody = ['--server', 'http://127.0.0.1:1']
    const { exit, stdout } = await push(['web.formula', ...local, ...nobody])
    expect([exit, stdout]).toEqual([63, ''])
  })
})

test('an interruption is no cluster out of reach', async () => {
  const { flags } = await startCluster()
  const { push } = openWorkplace({ 'web.formula': formulaOf() }, flags)
  const signal = AbortSignal.abort()
  const { exit, stdout } = await push(['web.formula', '--no-index'], { signal })
  expect([exit, stdout]).toEqual([8, ''])
})
