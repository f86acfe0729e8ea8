import { describe, expect, test } from 'vitest'
import { member, type JsonObject } from '../../../src/json.ts'
import { directoryWith, kubectlR2k8s } from '../cli.ts'
import { forbidden, healthyCluster, missing, type Answers } from '../healthy-cluster.ts'
import { readRecording, readWorkload } from './recordings.ts'

const place = '/namespaces/web'
const paths = {
  pods: `GET /api/v1${place}/pods`,
  pod: `GET /api/v1${place}/pods/web`,
  log: `GET /api/v1${place}/pods/web/log`,
  events: `GET /api/v1${place}/events`,
  deployment: `GET /apis/apps/v1${place}/deployments/shop`,
  replicaSets: `GET /apis/apps/v1${place}/replicasets`,
  replicaSet: `GET /apis/apps/v1${place}/replicasets/shop-1`,
  formula: `GET /apis/r2k8s.io/v1alpha1${place}/formulas/web`,
} as const

const running = readRecording('running')

/** A pod that is there, with all that is asked of it. */
function withPod(pod: JsonObject = running.pod): Answers {
  const formula = running.formulas.get('web')
  return {
    [paths.pod]: { body: pod },
    [paths.pods]: { body: { items: [pod] } },
    [paths.log]: { body: (running.logs.get('r2k8s-fetch') ?? []).join('\n') },
    [paths.events]: { body: { items: [] } },
    ...(formula?.kind === 'found' && { [paths.formula]: { body: formula.object } }),
  }
}

const controlledBy = (kind: string, name: string) => [
  { kind, name, uid: `uid-${name}`, controller: true },
]

function objectNamed(name: string, more: JsonObject = {}): JsonObject {
  return { metadata: { name, namespace: 'web', uid: `uid-${name}`, ...more } }
}

describe('explain POD', () => {
  test.each(['web', 'pod/web', 'po/web'])('as %s', async (name) => {
    const { call } = await healthyCluster(withPod())
    const { exit, stdout, stderr } = await call('explain', name)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toContain('Formula:       web, unchanged\n')
    expect(stdout).toContain('/data  2.9 MiB in 3.4 s\n')
    expect(stdout).toContain('\nNext step:  nothing to do\n')
    expect(stdout).not.toContain('hunter2')
  })

  test('as kubectl has it: the kind once, then names', async () => {
    const { call } = await healthyCluster(withPod())
    const { stdout } = await call('explain', 'pods', 'web', 'web')
    expect(stdout.match(/^Pod: /gm)).toHaveLength(2)
  })

  test('says the same to programs', async () => {
    const { call } = await healthyCluster(withPod())
    const { stdout } = await call('explain', 'web', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      explanations: [
        {
          kind: 'Pod',
          name: 'web',
          rewrite: {
            version: '0.1.0',
            mode: 'copy',
            machine: { type: 'amd64' },
            ownership: { kind: 'flatten', user: 1000 },
            containers: [{ name: 'app', formula: { state: 'unchanged' } }],
            fetchers: [{ state: 'done', transfers: [{}, { seconds: 3.4 }] }],
          },
          status: { reason: 'running' },
        },
      ],
    })
    expect(stdout).not.toContain('hunter2')
  })

  test('does with what the user may read', async () => {
    const { call } = await healthyCluster({
      ...withPod(),
      [paths.log]: forbidden,
      [paths.events]: forbidden,
      [paths.formula]: forbidden,
    })
    const { exit, stdout } = await call('explain', 'web')
    expect(exit).toBe(0)
    expect(stdout).toContain('web (may not be read)')
    expect(stdout).not.toContain('Fetched')
  })

  test('says that the formula is gone', async () => {
    const { call } = await healthyCluster({ ...withPod(), [paths.formula]: missing })
    const { stdout } = await call('explain', 'web')
    expect(stdout).toContain('web is deleted: this pod goes on, new ones are refused')
  })

  test('explains those that are there before it tells of all that are missing', async () => {
    const { call } = await healthyCluster(withPod())
    const { exit, stdout, stderr } = await call('explain', 'gone', 'web', 'lost', 'web')
    expect(exit).toBe(64)
    expect(stdout.match(/^Pod: .*/gm)).toEqual(['Pod:        web', 'Pod:        web'])
    expect(stderr.match(/^error: .*/gm)).toEqual([
      expect.stringContaining('cannot explain pod "gone": there is none of this name'),
      expect.stringContaining('cannot explain pod "lost": there is none of this name'),
    ])
  })

  test('gives programs those that are there, too', async () => {
    const { call } = await healthyCluster(withPod())
    const { exit, stdout } = await call('explain', 'web', 'gone', '-o', 'json')
    expect(exit).toBe(64)
    expect(JSON.parse(stdout)).toMatchObject({ explanations: [{ name: 'web' }] })
  })

  test('suggests names that come near', async () => {
    const { call } = await healthyCluster(withPod())
    const { exit, stdout, stderr } = await call('explain', 'wbe')
    expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' })
    expect(stderr).toContain('[rejected-by-cluster]\nhint: there is web\n')
  })
})

describe('explain KIND/NAME', () => {
  const replicaSet = objectNamed('shop-1', {
    ownerReferences: controlledBy('Deployment', 'shop'),
    creationTimestamp: '2026-11-21T14:00:00Z',
  })
  const pod = {
    ...running.pod,
    metadata: {
      name: 'web',
      namespace: 'web',
      annotations: member(running.pod['metadata'], 'annotations') ?? {},
      creationTimestamp: '2026-11-21T14:29:00Z',
      ownerReferences: controlledBy('ReplicaSet', 'shop-1'),
    },
  }
  const older = {
    ...pod,
    metadata: { ...pod.metadata, name: 'old', creationTimestamp: '2026-11-20T00:00:00Z' },
  }
  const answers = {
    ...withPod(pod),
    [paths.pods]: { body: { items: [older, pod, objectNamed('other')] } },
    [paths.deployment]: { body: objectNamed('shop') },
    [paths.replicaSets]: { body: { items: [replicaSet] } },
    [paths.replicaSet]: { body: replicaSet },
  }

  test('takes the newest of its pods', async () => {
    const { call } = await healthyCluster(answers)
    const { stdout } = await call('explain', 'deploy/shop')
    expect(stdout).toMatch(/^Pod: {8}web\n/)
    expect(stdout).toContain('deployment/shop, the newest of its 2 pods')
  })

  test('tells of newer pods that are refused', async () => {
    const [event] = readWorkload('statefulset').events
    const newer = { ...event, lastTimestamp: '2026-11-21T15:00:00Z' }
    const { call } = await healthyCluster({
      ...answers,
      [paths.events]: { body: { items: [newer] } },
    })
    const { stdout } = await call('explain', 'deployment/shop')
    expect(stdout).toContain(
      'it runs, and its container is ready; but the cluster refuses',
    )
    expect(stdout).toContain('kubectl r2k8s push FORMULA --name nothing -n web')
  })

  test('says why there is no pod', async () => {
    const { object } = readWorkload('deployment')
    const { call } = await healthyCluster({
      ...answers,
      [paths.pods]: { body: { items: [] } },
      [paths.deployment]: { body: { ...object, ...objectNamed('shop') } },
      [paths.events]: { body: { items: [] } },
    })
    const { exit, stdout } = await call('explain', 'deployments.apps/shop')
    expect(exit).toBe(0)
    expect(stdout).toContain('there is no formula "repeatr:0/nothing"')
  })
})

describe('explain -f', () => {
  const ware = 'tar:8U4VXrcAbpR28sr2L8fXy4aukQAzY2ZPshsN33gSxLr3wMWPvLfpLzhRZZ9kTAXdTt'
  const formula = JSON.stringify({
    formula: { inputs: { '/': ware }, action: { exec: ['/bin/serve', 'a b'] } },
    context: { fetchUrls: { '/': ['ca+https://wares.example'] } },
  })
  const pod = (image: string, more = '') =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: app, image: ${image}, env: [{name: KEY, value: hunter2}]}\n${more}`

  test('tells what template would do, without a cluster', async () => {
    const cwd = directoryWith({
      'deploy/web.yaml': pod('./web.formula', '  - {name: side, image: nginx}\n'),
      'deploy/web.formula': formula,
    })
    const { exit, stdout, stderr } = await kubectlR2k8s(['explain', '-f', 'deploy'], {
      cwd,
    })
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^settings: the defaults, .*there is no kubeconfig.*\n$/)
    expect(stdout).toContain('Where:       deploy/web.yaml:6:5\n')
    expect(stdout).toContain('Reference:   ./web.formula\n')
    expect(stdout).toContain("Runs:        /bin/serve 'a b'\n")
    expect(stdout).toContain('warning: no index of tar:8U4V')
    expect(stdout).toContain('Left alone:  side (nginx)\n')
    expect(stdout).not.toMatch(/Status|Next step|State|hunter2/)
  })

  test('decides as template does', async () => {
    const cwd = directoryWith({ 'a.yaml': pod('./a.formula'), 'a.formula': formula })
    const explained = await kubectlR2k8s(['explain', '-f', 'a.yaml', '-o', 'json'], {
      cwd,
    })
    const report = await kubectlR2k8s(['template', 'a.yaml', '--report=json'], { cwd })
    const decision = JSON.parse(
      report.stderr.split('\n').find((line) => line.startsWith('{')) ?? '',
    ) as {
      readonly where: string
      readonly formulaId: string
      readonly mounts: readonly string[]
      readonly notes: readonly object[]
    }
    const { where, formulaId, mounts, notes } = decision
    expect(JSON.parse(explained.stdout)).toMatchObject({
      explanations: [
        {
          where,
          rewrite: {
            containers: [{ formulaId, mounts: mounts.map((name) => `/${name}`), notes }],
          },
        },
      ],
    })
  })

  test('looks names up in the cluster', async () => {
    const { call, asked } = await healthyCluster(withPod())
    const directory = directoryWith({ 'web.yaml': pod('repeatr:0/web') })
    const { exit, stdout } = await call('explain', '-f', `${directory}/web.yaml`)
    expect(exit).toBe(0)
    expect(stdout).toContain('Reference:   repeatr:0/web\n')
    expect(asked).toContain(paths.formula)
  })

  test('says that there was no cluster to look names up in', async () => {
    const cwd = directoryWith({ 'web.yaml': pod('repeatr:0/web') })
    const { exit, stderr } = await kubectlR2k8s(
      ['explain', '-f', 'web.yaml', '--server', 'http://127.0.0.1:1'],
      { cwd },
    )
    expect(exit).toBe(61)
    expect(stderr).toContain('warning: formulas are looked up among the manifests only')
    expect(stderr).toContain('there is no formula "repeatr:0/web"')
  })

  test('says when there is nothing to explain', async () => {
    const cwd = directoryWith({ 'web.yaml': pod('nginx') })
    const { exit, stdout, stderr } = await kubectlR2k8s(['explain', '-f', 'web.yaml'], {
      cwd,
    })
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr).toContain('no image in web.yaml is a formula reference')
  })
})

test.each([
  ['explain', 'nothing is named'],
  ['explain web -f web.yaml', 'pods and -f are both given'],
  ['explain service/web', 'it names no pod and nothing that makes pods'],
  ['explain pod/', 'it names no pod'],
  ['explain deploy', 'it is a kind, and a name is missing'],
  ['explain deploy', 'hint: kubectl r2k8s explain deploy/NAME\n'],
  [
    'explain web job',
    'hint: a pod of that name is explained by "kubectl r2k8s explain pod/job"',
  ],
  ['explain service/web web pod/', 'cannot explain "pod/"'],
])('%s is a mistake of the caller', async (line, why) => {
  const { exit, stderr } = await kubectlR2k8s(line.split(' '))
  expect(exit).toBe(1)
  expect(stderr).toContain(why)
})
