import { expect, test } from 'vitest'
import { readFetchPlan } from '../../src/agent/read-fetch-plan.ts'
import { readPackPlan } from '../../src/agent/read-pack-plan.ts'
import { R2k8sError } from '../../src/errors.ts'
import { planOf, rootOrder, someWare } from './plans.ts'

function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (!(error instanceof R2k8sError)) throw error
    return error.problems.map(({ pointer = '', why }) => `${pointer}: ${why}`)
  }
  return []
}

test('a plan with every member comes out as it went in', () => {
  const order = rootOrder({
    wares: [
      { ware: someWare, path: '/', from: [] },
      {
        ware: `git:${'0'.repeat(40)}`,
        path: '/opt/x',
        from: ['https://git.example/x.git'],
        filters: { uid: '0' },
        strictDigest: 's1:abc',
      },
    ],
    placeholders: [{ path: '/etc/app.conf', kind: 'file' }],
    cradle: { cwd: '/task', home: '' },
    setid: true,
    program: '/bin/sh',
    script: { directory: '/s', contents: ['echo $(x) $HOME'] },
  })
  const plan = { ...planOf(order), limits: { entries: 5 } }
  expect(readFetchPlan(JSON.stringify(plan))).toEqual(plan)
})

const [ware] = rootOrder().wares

test.each([
  ['a volume at the top', rootOrder({ at: '/' }), ['/roots/0/at']],
  ['a volume that climbs', rootOrder({ at: '/r2k8s/../etc' }), ['/roots/0/at']],
  ['a relative volume', rootOrder({ at: 'r2k8s' }), ['/roots/0/at']],
  ['a NUL', rootOrder({ at: '/r2k8s\0' }), ['/roots/0/at']],
  ['no ware at the top', rootOrder({ wares: [] }), ['/roots/0/wares']],
  [
    'two wares at one path',
    rootOrder({ wares: [ware, ware].flatMap((each) => each ?? []) }),
    ['/roots/0/wares/1'],
  ],
  ['a mount with a slash', rootOrder({ mounts: ['a/b'] }), ['/roots/0/mounts/0']],
  ['a mount that climbs', rootOrder({ mounts: ['..'] }), ['/roots/0/mounts/0']],
  [
    'a placeholder that climbs',
    rootOrder({ placeholders: [{ path: '/a/../../b', kind: 'file' }] }),
    ['/roots/0/placeholders/0/path'],
  ],
  [
    'a script over everything',
    rootOrder({ script: { directory: '/', contents: [] } }),
    ['/roots/0/script/directory'],
  ],
  [
    'an owner that means "unchanged"',
    rootOrder({ user: { uid: 0xffffffff, gid: -1 } }),
    ['/roots/0/user/uid', '/roots/0/user/gid'],
  ],
  [
    'a ware over the devices',
    rootOrder({
      wares: [...rootOrder().wares, { ware: someWare, path: '/dev/x', from: [] }],
    }),
    ['/roots/0/wares/1/path'],
  ],
  [
    'a ware ID that climbs, and an address without scheme',
    rootOrder({ wares: [{ ware: 'tar:../../x', path: '/', from: ['x'] }] }),
    ['/roots/0/wares/0/ware', '/roots/0/wares/0/from/0'],
  ],
  [
    'an unknown filter and an unknown word',
    rootOrder({
      wares: [{ ware: someWare, path: '/', from: [], filters: { uid: 'x', color: 'y' } }],
    }),
    ['/roots/0/wares/0/filters/uid', '/roots/0/wares/0/filters/color'],
  ],
  ['an unknown member', { ...rootOrder(), more: 1 }, ['/roots/0/more']],
])('%s is refused, and where it stands is told', (_, order, pointers) => {
  const problems = problemsOf(() =>
    readFetchPlan(JSON.stringify({ version: 1, roots: [order] })),
  )
  expect(problems.map((line) => line.split(': ', 1)[0])).toEqual(pointers)
})

test.each([
  ['no text', undefined, 'the variable is not set'],
  ['an empty text', '', 'the variable is not set'],
  ['half a text', '{', 'it is no JSON'],
  ['a list', '[]', 'an object is expected here'],
  ['another version', '{"version": 2, "roots": 5}', 'this program knows version 1 only'],
  ['no version', '{"roots": []}', '/version: this program knows version 1 only'],
  ['two versions', '{"version": 1, "version": 1}', 'the member "version" is there twice'],
  ['no roots', '{"version": 1, "roots": []}', '/roots: there is no root to fill'],
  [
    'two roots in one volume',
    JSON.stringify(planOf(rootOrder(), rootOrder())),
    '/roots/1: "/r2k8s/0" is there twice',
  ],
])('a plan of %s is refused', (_, text, why) => {
  expect(problemsOf(() => readFetchPlan(text)).join('\n')).toContain(why)
})

test('a pack plan is read, and what is wrong with one is told together', () => {
  const output = {
    name: 'out',
    root: '/r2k8s/0',
    path: '/task/out',
    packtype: 'tar',
    filters: { uid: '0', mtime: 'keep' },
    addresses: ['ca+s3://bucket/wares'],
    compression: 'zstd',
  }
  const plan = { version: 1, outputs: [output], timeoutSeconds: 60 }
  expect(readPackPlan(JSON.stringify(plan))).toEqual(plan)
  const wrong = {
    ...plan,
    outputs: [{ ...output, packtype: 'git', filters: { uid: 'mine' } }, output, output],
    timeoutSeconds: 0,
  }
  const problems = problemsOf(() => readPackPlan(JSON.stringify(wrong)))
  expect(problems.map((line) => line.split(': ', 1)[0])).toEqual([
    '/outputs/0/packtype',
    '/outputs/0/filters/uid',
    '/outputs/1',
    '/outputs/2',
    '/timeoutSeconds',
  ])
})
