import { describe, expect, test } from 'vitest'
import { forbidden, healthyCluster, namespace, type Answers } from '../healthy-cluster.ts'
import { paths as common } from '../healthy-cluster.ts'

const place = '/namespaces/web'
const empty = { body: { items: [] } }
const formula = `GET /apis/r2k8s.io/v1alpha1${place}/formulas/web`

function cronJob(images: readonly string[], status = {}, more = {}): Answers {
  const containers = images.map((image, i) => ({ name: `app-${i}`, image }))
  const jobTemplate = { spec: { template: { spec: { containers } } } }
  const object = {
    metadata: { name: 'night', namespace: 'web', uid: 'night' },
    spec: { schedule: '0 3 * * *', jobTemplate, ...more },
    status,
  }
  return {
    [`GET /api/v1${place}/pods`]: empty,
    [`GET /api/v1${place}/events`]: empty,
    [`GET /apis/batch/v1${place}/jobs`]: empty,
    [`GET /apis/batch/v1${place}/cronjobs/night`]: { body: object },
  }
}

const isThere = {
  [formula]: { body: { metadata: { name: 'web' }, spec: { id: 'abc' } } },
}

async function explain(answers: Answers): Promise<string> {
  const { call } = await healthyCluster(answers)
  const { exit, stdout, stderr } = await call('explain', 'cronjob/night')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  return stdout
}

describe('a CronJob that never started a job', () => {
  test('is told to lack its formula, and how to push it', async () => {
    expect(await explain(cronJob(['repeatr:0/web']))).toBe(
      [
        'CronJob:    night',
        'Namespace:  web',
        'Status:     it has not run, or its pods are gone; its schedule is "0 3 * * *"; its pods would be refused: there is no formula "repeatr:0/web" in namespace "web"',
        'Next step:  push the formula under this name',
        '            kubectl r2k8s push FORMULA --name web -n web',
        '',
      ].join('\n'),
    )
  })

  test('is told to run when its formula is there', async () => {
    const stdout = await explain({ ...cronJob(['repeatr:0/web']), ...isThere })
    expect(stdout).toContain('; what it is to run is there: repeatr:0/web\n')
    expect(stdout).toContain('Next step:  run it now\n')
  })

  test('is told what stands in its way, all of it', async () => {
    const images = [
      'repeatr:0/web:xyz',
      './web.formula',
      'repeatr:0/web@sha256:1',
      'nginx',
    ]
    const stdout = await explain({ ...cronJob(images), ...isThere })
    expect(stdout).toContain(`"repeatr:0/web:xyz" pins an ID, but the formula's is abc; `)
    expect(stdout).toContain(
      '"./web.formula" is a path, which means nothing in a cluster; ',
    )
    expect(stdout).toContain('"repeatr:0/web@sha256:1" is no formula reference: ')
    expect(stdout).toContain('Next step:  pin abc in the image, or push')
    expect(stdout).not.toContain('nginx')
  })

  test('is told of a namespace that is switched off before its formula', async () => {
    const labels = { 'r2k8s.io/webhook': 'disabled' }
    const stdout = await explain({
      ...cronJob(['repeatr:0/web']),
      [common.namespace]: namespace(labels),
    })
    expect(stdout).toContain('would be refused: rewriting is switched off in namespace')
    expect(stdout).toContain('; there is no formula "repeatr:0/web"')
    expect(stdout).toContain('kubectl label namespace web r2k8s.io/webhook-\n')
  })

  test('is not said to lack what may not be read', async () => {
    const stdout = await explain({ ...cronJob(['repeatr:0/web']), [formula]: forbidden })
    expect(stdout).toContain('; it is to run repeatr:0/web, which may not be read\n')
    expect(stdout).toContain('Next step:  run it now\n')
  })

  test('without a formula is told as before', async () => {
    const stdout = await explain(cronJob(['nginx']))
    expect(stdout).toContain('its schedule is "0 3 * * *"\n')
  })
})

test('a CronJob whose job has no pod says when that was, and that it is suspended', async () => {
  const status = { lastScheduleTime: '2026-11-21T03:00:00Z' }
  const stdout = await explain(cronJob(['nginx'], status, { suspend: true }))
  expect(stdout).toContain(
    'it started its last job at 2026-11-21T03:00:00Z, of which there is no pod; its schedule is "0 3 * * *", and it is suspended\n',
  )
})
