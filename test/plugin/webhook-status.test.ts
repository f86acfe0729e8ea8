import { describe, expect, test } from 'vitest'
import { newestEntries, readEntry } from '../../src/plugin/webhook/pod-log.ts'
import { parseMetrics } from '../../src/plugin/webhook/pod-metrics.ts'
import { formatAge } from '../../src/plugin/webhook/format-age.ts'
import {
  day,
  deployment,
  forbidden,
  healthyCluster,
  metrics,
  missing,
  paths,
  pod,
  refusal,
  registration,
} from './healthy-cluster.ts'

test('tells how a healthy webhook is', async () => {
  const log = [
    '{"level":"info","time":"2026-01-01T10:00:00.000Z","msg":"started"}',
    '{"level":"warn","time":"2026-01-01T10:00:01.000Z","reason":"no\\u001b[31m","msg":"cannot follow"}',
    '{"level":"warn","time":"2026-01-01T10:00:03.000Z","reason":"no\\u001b[31m","msg":"cannot follow"}',
  ]
  const { call } = await healthyCluster({ [paths.log]: { body: log.join('\n') } })
  const { exit, stdout, stderr } = await call('webhook', 'status')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const lines = stdout.split('\n').map((line) => line.replace(/\s\s+/g, '  '))
  expect(lines.slice(0, 2)).toEqual([
    'Healthy:  yes',
    expect.stringMatching(
      /^Registration: {2}registered, 1 authority trusted until \d{4}-\d\d-\d\d$/,
    ),
  ])
  expect(lines.slice(2)).toEqual([
    'Deployment:  2 of 2 pods ready, image localhost/r2k8s:test',
    '',
    'POD  READY  STATUS  RESTARTS  AGE  CERT-VALID  MUTATED  REJECTED  ERRORS',
    'one  yes  Running  1  24h  5d23h  7  3  0',
    '',
    'LAST SEEN  COUNT  LEVEL  POD  MESSAGE',
    String.raw`2026-01-01T10:00:03.000Z  2  warn  one  cannot follow: no\u001b[31m`,
    '',
  ])
})

test('tells it to programs', async () => {
  const { call } = await healthyCluster()
  const { stdout } = await call('webhook', 'status', '-o', 'json')
  expect(JSON.parse(stdout)).toMatchObject({
    healthy: true,
    registration: { state: 'present', failurePolicy: 'Fail', authorities: [{}] },
    deployment: { state: 'present', version: 'test', wanted: 2, ready: 2 },
    pods: [
      { name: 'one', ready: true, admissions: { mutated: 7, rejected: 3, error: 0 } },
    ],
    problems: [],
  })
  expect(stdout).not.toContain('BEGIN')
})

const crashing = {
  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' },
}
const noImage = { waiting: { reason: 'ErrImageNeverPull', message: 'not present' } }

describe('is not healthy', () => {
  test.each([
    [
      'when nothing is installed',
      { [paths.deployment]: missing, [paths.registration]: missing },
      'the webhook is not installed in this cluster',
      'kubectl r2k8s install',
    ],
    [
      'when it is not registered',
      { [paths.registration]: missing },
      'the webhook is not registered: the policy r2k8s-second-look refuses new pods',
      'kubectl r2k8s webhook enable',
    ],
    [
      'when it is not registered, and nothing refuses formula pods',
      { [paths.registration]: missing, [paths.policy]: missing },
      'the webhook is not registered: new pods with formulas wait for an image for ever',
      'kubectl r2k8s webhook enable',
    ],
    [
      'when it is scaled to nothing',
      { [paths.deployment]: { body: deployment({ replicas: 0, ready: 0 }) } },
      'the webhook is scaled to 0 pods',
      'kubectl scale deployment r2k8s-webhook -n r2k8s-system --replicas=2',
    ],
    [
      'when its pods crash',
      {
        [paths.deployment]: { body: deployment({ ready: 0 }) },
        [paths.pods]: { body: { items: [pod({ ready: false, state: crashing })] } },
      },
      '0 of 2 pods of the webhook are ready: CrashLoopBackOff: back-off 5m0s',
      'kubectl describe pods -n r2k8s-system',
    ],
    [
      'when no node has its image',
      {
        [paths.deployment]: { body: deployment({ ready: 0 }) },
        [paths.pods]: { body: { items: [pod({ ready: false, state: noImage })] } },
      },
      'ErrImageNeverPull: not present',
      'load the image localhost/r2k8s:test on the nodes',
    ],
    [
      'when its certificate ran out',
      { [paths.metrics]: { body: metrics(Date.now() - day) } },
      'the certificate of one ran out on',
      'kubectl logs one -n r2k8s-system',
    ],
    [
      'when half of it is hidden',
      { [paths.registration]: forbidden },
      'the registration of the webhook may not be read: User "ann" cannot do that',
      'ask who runs the cluster',
    ],
  ])('%s', async (_, changes, why, hint) => {
    const { call } = await healthyCluster(changes)
    const { exit, stdout, stderr } = await call('webhook', 'status')
    expect(exit).toBe(64)
    expect(stdout).toContain('no\n')
    expect(stderr).toContain(`error: cannot call the webhook healthy: `)
    expect(stderr).toContain(why)
    expect(stderr).toContain(hint)
  })

  test.each([
    ['without CA bundle', { caBundle: '' }, 'has no CA bundle'],
    [
      'with a broken CA bundle',
      { caBundle: 'rubbish' },
      'CA bundle of the registration is unreadable',
    ],
    [
      'with an authority that is no certificate',
      { caBundle: '-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----' },
      'CA bundle of the registration is unreadable',
    ],
    [
      'with authorities that ran out',
      { since: Date.now() - 400 * day },
      'ran out, the last on',
    ],
  ])('%s', async (_, given, why) => {
    const body = await registration(given)
    const { call } = await healthyCluster({ [paths.registration]: { body } })
    const { exit, stderr } = await call('webhook', 'status')
    expect(exit).toBe(64)
    expect(stderr).toContain(why)
  })
})

describe('warns', () => {
  test('while some of its pods are not ready', async () => {
    const body = deployment({ ready: 1 })
    const { call } = await healthyCluster({ [paths.deployment]: { body } })
    const { exit, stderr } = await call('webhook', 'status')
    expect(exit).toBe(0)
    expect(stderr).toContain('warning: 1 of 2 pods of the webhook are ready')
  })

  test('before a certificate runs out', async () => {
    const body = metrics(Date.now() + day)
    const { call } = await healthyCluster({ [paths.metrics]: { body } })
    const { exit, stderr } = await call('webhook', 'status')
    expect(exit).toBe(0)
    expect(stderr).toContain('warning: the certificate of one runs out on')
  })

  test('when pods get past a webhook that is down', async () => {
    const body = await registration({ failurePolicy: 'Ignore' })
    const { call } = await healthyCluster({ [paths.registration]: { body } })
    const { exit, stderr } = await call('webhook', 'status')
    expect(exit).toBe(0)
    expect(stderr).toContain('failurePolicy is Ignore')
  })
})

test('says what it may not see of a pod', async () => {
  const { call } = await healthyCluster({
    [paths.metrics]: forbidden,
    [paths.log]: refusal(400, 'BadRequest', 'container is waiting to start'),
  })
  const { exit, stdout } = await call('webhook', 'status')
  expect(exit).toBe(0)
  expect(stdout).toMatch(/one +yes +Running +1 +24h +\? +\? +\? +\?/)
})

describe('the log', () => {
  test.each([
    ['is read for warnings', '{"level":"warn","msg":"a","reason":"b"}', 'a: b'],
    [
      'is read for what a program says that cannot start',
      'error: cannot start',
      'cannot start',
    ],
    ['is read for crashes', 'TypeError: x is not a function', 'x is not a function'],
    ['is not read for stacks', '    at main (webhook.cjs:1:2)', undefined],
    ['is not read for what is usual', '{"level":"info","msg":"started"}', undefined],
  ])('%s', (_, line, message) => {
    expect(readEntry(line, 'one')?.message).toBe(message)
  })

  test('is cut to the newest', () => {
    const lines = ['3', '1', '2'].map(
      (time) => `{"level":"warn","time":"${time}","msg":"${time}"}`,
    )
    const entries = lines.flatMap((line) => readEntry(line, 'one') ?? [])
    expect(newestEntries(entries, 2).map(({ message }) => message)).toEqual(['3', '2'])
  })
})

test('a pod without certificate says so', () => {
  const { certificateNotAfter } = parseMetrics('r2k8s_cert_not_after_seconds 0\n')
  expect(certificateNotAfter).toBeUndefined()
})

test.each([
  [45, '45s'],
  [377, '6m17s'],
  [600, '10m'],
  [18_720, '5h12m'],
  [86_400, '24h'],
  [3 * 86_400, '3d'],
  [100 * 86_400, '100d'],
  [-5, '0s'],
])('%i seconds are %s', (seconds, age) => {
  expect(formatAge(seconds * 1000)).toBe(age)
})
