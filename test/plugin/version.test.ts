import { describe, expect, test } from 'vitest'
import { kubectlR2k8s } from './cli.ts'
import {
  deployment,
  forbidden,
  healthyCluster,
  missing,
  paths,
} from './healthy-cluster.ts'

test('tells the versions of all three', async () => {
  const { call } = await healthyCluster()
  const { exit, stdout } = await call('version')
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: 'Client Version: test\nWebhook Version: test\nServer Version: v1.36.3\n',
  })
})

test('asks no cluster for its own', async () => {
  const { asked, call } = await healthyCluster()
  const { exit, stdout } = await call('version', '--client')
  expect({ exit, stdout, asked }).toEqual({
    exit: 0,
    stdout: 'Client Version: test\n',
    asked: [],
  })
})

test('prints them for programs', async () => {
  const { call } = await healthyCluster()
  const { stdout } = await call('version', '-o', 'json')
  expect(JSON.parse(stdout)).toEqual({
    clientVersion: { version: 'test' },
    webhookVersion: { version: 'test', image: 'localhost/r2k8s:test' },
    serverVersion: { major: '1', minor: '36', gitVersion: 'v1.36.3' },
  })
  const { stdout: yaml } = await call('version', '--client', '-o', 'yaml')
  expect(yaml).toBe('clientVersion:\n  version: test\n')
})

describe('of the webhook', () => {
  const image = (name: string) => ({
    body: {
      metadata: {},
      spec: { template: { spec: { containers: [{ name: 'webhook', image: name }] } } },
    },
  })

  test.each([
    ['is in the tag of the image', image('registry.example:5000/r2k8s:1.2.3'), '1.2.3'],
    ['is before a digest', image('example/r2k8s:1.2.3@sha256:abcd'), '1.2.3'],
    [
      'may not be told',
      image('registry.example:5000/r2k8s@sha256:abcd'),
      'unknown: the image is registry.example:5000/r2k8s@sha256:abcd',
    ],
    ['is not there without one', missing, 'not installed'],
    ['may be hidden', forbidden, 'unknown: User "ann" cannot do that'],
    ['is on its label first', { body: deployment({ version: '9' }) }, '9'],
  ])('%s', async (_, answer, version) => {
    const { call } = await healthyCluster({ [paths.deployment]: answer })
    const { exit, stdout } = await call('version')
    expect(exit).toBe(0)
    expect(stdout).toContain(`Webhook Version: ${version}\n`)
  })
})

test('its own comes before the error of a cluster out of reach', async () => {
  const { exit, stdout, stderr } = await kubectlR2k8s([
    ...['version', '--server', 'http://127.0.0.1:1'],
  ])
  expect({ exit, stdout }).toEqual({ exit: 63, stdout: 'Client Version: test\n' })
  expect(stderr).toContain('[cluster-unreachable]')
})
