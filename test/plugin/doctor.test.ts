import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { kubectlR2k8s } from './cli.ts'
import { healthyCluster, missing, paths, settings } from './healthy-cluster.ts'

test('finds nothing wrong where all is well', async () => {
  const { call, asked } = await healthyCluster()
  const { exit, stdout, stderr } = await call('doctor')
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  const lines = stdout.trimEnd().split('\n')
  expect(lines.map((line) => line.split(/\s+/).slice(0, 2).join(' '))).toEqual([
    ...['ok client', 'ok cluster', 'ok permissions', 'ok formulas', 'ok settings'],
    ...['ok deployment', 'ok registration', 'ok policy', 'ok namespace', 'ok webhook'],
    ...['ok images', 'ok images', 'ok admission', 'info neighbours'],
  ])
  expect(asked.filter((each) => each.includes('deployments/'))).toHaveLength(1)
})

test('tells it to programs', async () => {
  const { call } = await healthyCluster({ [paths.registration]: missing })
  const { exit, stdout } = await call('doctor', '-o', 'json')
  expect(exit).toBe(64)
  const told = JSON.parse(stdout) as { ok: boolean; checks: JsonObject[] }
  expect(told.ok).toBe(false)
  expect(told.checks).toContainEqual({
    check: 'registration',
    status: 'failed',
    code: 'rejected-by-cluster',
    finding:
      'the webhook is not registered: the policy r2k8s-second-look refuses new pods with formulas',
    hints: ['kubectl r2k8s webhook enable'],
  })
})

describe('without a cluster', () => {
  test.each([
    [['--server', 'http://127.0.0.1:1'], 'ECONNREFUSED'],
    [['--kubeconfig', '/nowhere'], 'cannot find the cluster'],
    [[], 'there is no kubeconfig'],
  ])('%j: checks what is here', async (flags, why) => {
    const { exit, stdout } = await kubectlR2k8s(['doctor', ...flags])
    expect(exit).toBe(63)
    expect(stdout).toMatch(/^ok +client +kubectl-r2k8s test on Node 24\.0\.0\n/)
    expect(stdout).toContain(why)
    expect(stdout).not.toContain('permissions')
  })
})

test('ends with the code of the first failure', async () => {
  const { call } = await healthyCluster({
    [paths.settings]: settings('nonsense'),
    [paths.registration]: missing,
  })
  const { exit, stderr } = await call('doctor')
  expect(exit).toBe(65)
  expect(stderr).toBe(
    'error: cannot run formulas here: 2 of 13 checks failed: settings, registration [settings-invalid]\n',
  )
})

test('forges no lines and no colours with what the cluster says', async () => {
  const { call } = await healthyCluster({
    [paths.settings]: {
      status: 403,
      body: { message: 'no\nok       all is well\u001b[31m' },
    },
  })
  const { stdout } = await call('doctor')
  expect(stdout).toContain(String.raw`no\u000aok       all is well\u001b[31m`)
})
