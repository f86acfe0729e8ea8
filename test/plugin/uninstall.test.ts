import { describe, expect, test } from 'vitest'
import { forbidden, healthyCluster, paths, type Answers } from './healthy-cluster.ts'

const registration = paths.registration.replace('GET ', '')
const deployment = paths.deployment.replace('GET ', '')
const formulas = 'GET /apis/r2k8s.io/v1alpha1/formulas'
const listOf = (...namespaces: readonly string[]) => ({
  body: { items: namespaces.map((namespace) => ({ metadata: { namespace } })) },
})
const here: Answers = { [formulas]: listOf() }

describe('a dry run of uninstall', () => {
  test('of the client tells what is there and would go, and deletes nothing', async () => {
    const { call, asked } = await healthyCluster(here)
    const { exit, stdout, stderr } = await call('uninstall', '--dry-run=client')
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
    expect(stderr.split('\n')).toEqual(
      expect.arrayContaining([
        'mutatingwebhookconfiguration.admissionregistration.k8s.io/r2k8s deleted (dry run)',
        'deployment.apps/r2k8s-webhook deleted (dry run)',
      ]),
    )
    // This server has no CustomResourceDefinition to show.
    expect(stderr).not.toContain('customresourcedefinition')
    expect(stderr).toMatch(/^(\S+\/\S+ deleted \(dry run\)\n)+$/)
    expect(asked.filter((each) => !each.startsWith('GET '))).toEqual([])
  })

  test('of the server asks it to delete, as a dry run', async () => {
    const bodies: string[] = []
    const deleting = ({ body }: { readonly body: string }) => {
      bodies.push(body)
      return { body: {} }
    }
    const { call } = await healthyCluster({
      ...here,
      [`DELETE ${registration}`]: deleting,
      [`DELETE ${deployment}`]: deleting,
    })
    const { exit, stderr } = await call('uninstall', '--dry-run=server')
    expect(exit).toBe(0)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      'deployment.apps/r2k8s-webhook deleted (server dry run)',
      'mutatingwebhookconfiguration.admissionregistration.k8s.io/r2k8s deleted (server dry run)',
    ])
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ dryRun: ['All'] }),
      expect.objectContaining({ dryRun: ['All'] }),
    ])
  })

  test('is refused where the deed would be', async () => {
    const { call } = await healthyCluster({ [formulas]: listOf('shop', 'web', 'shop') })
    const { exit, stderr } = await call('uninstall', '--dry-run=client')
    expect(exit).toBe(64)
    expect(stderr).toContain(
      'cannot uninstall: 3 Formulas in shop, web would be deleted too',
    )
  })

  test('tells of the Formulas that would go with their kind', async () => {
    const { call } = await healthyCluster({ [formulas]: listOf('shop') })
    const { stderr } = await call('uninstall', '--with-formulas', '--dry-run=client')
    expect(stderr).toMatch(/\n1 Formula in shop deleted \(dry run\)\n$/)
  })

  test('says when nothing is there', async () => {
    const { call } = await healthyCluster()
    const { stderr } = await call('uninstall', '--dry-run=server')
    expect(stderr).toBe('r2k8s is not installed\n')
  })

  test('says what may not be looked at', async () => {
    const { call } = await healthyCluster({ ...here, [paths.registration]: forbidden })
    const { exit, stderr } = await call('uninstall', '--dry-run=client')
    expect(exit).toBe(64)
    expect(stderr).toContain('User "ann" cannot do that')
  })
})
