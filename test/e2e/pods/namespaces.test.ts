import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import {
  apply,
  execIn,
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  packWare,
  push,
  r2k8s,
  tryApply,
  tryKubectl,
  until,
  waitReady,
} from '../lab.ts'
import { pod } from '../objects.ts'

const forever = ['/bin/sleep', '1000000']
const enforce = (level: string) => `pod-security.kubernetes.io/enforce=${level}`

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
}

describe.concurrent('a formula pod', () => {
  test('runs where Pod Security is restricted, as an ordinary user', async () => {
    const namespace = await makeNamespace([enforce('restricted')])
    const userinfo = { uid: 1000, gid: 1000 }
    const image = await push(namespace, formulaText({ exec: forever, userinfo }))
    await apply(namespace, pod('app', [{ image, securityContext: restricted }]))
    await waitReady(namespace, 'app')
    expect(await execIn(namespace, 'app', 'id', '-u')).toBe('1000\n')
    expect(await execIn(namespace, 'app', 'cat', '/etc/motd')).toBe('a root of r2k8s\n')
  })

  test('keeps the owners of its ware where Pod Security is baseline', async () => {
    const namespace = await makeNamespace([enforce('baseline')])
    const fill = (directory: string) => {
      writeFileSync(join(directory, 'theirs'), '')
    }
    const ware = await packWare(fill, ['--filters', 'uid=4321,gid=1234'])
    const inputs = { '/www': ware }
    const image = await push(namespace, formulaText({ exec: forever }, { inputs }))
    const annotations = { 'r2k8s.io/ownership': 'keep' }
    await apply(namespace, pod('app', [{ image }], {}, annotations))
    await waitReady(namespace, 'app')
    const owner = await execIn(namespace, 'app', 'stat', '-c', '%u:%g', '/www/theirs')
    expect(owner).toBe('4321:1234\n')
  })

  test('fits into a quota and the limits of its namespace', async () => {
    const namespace = await makeNamespace()
    await apply(
      namespace,
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'quota' },
        spec: {
          hard: {
            'requests.cpu': '500m',
            'requests.memory': '256Mi',
            'limits.cpu': '2',
            'limits.memory': '512Mi',
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'limits' },
        spec: {
          limits: [
            {
              type: 'Container',
              default: { cpu: '1', memory: '256Mi' },
              defaultRequest: { cpu: '100m', memory: '64Mi' },
              max: { cpu: '2', memory: '512Mi' },
            },
          ],
        },
      },
    )
    const image = await push(namespace, formulaText({ exec: forever }))
    await apply(namespace, pod('app', [{ image }]))
    await waitReady(namespace, 'app')
    const used = '{.status.used.requests\\.cpu}'
    const args = ['get', 'resourcequota', 'quota', '-o', `jsonpath=${used}`]
    expect(await kubectl(['-n', namespace, ...args])).toBe('100m')
  })

  test('is Guaranteed when the pod is', async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, formulaText({ exec: forever }))
    const size = { cpu: '200m', memory: '128Mi' }
    const resources = { requests: size, limits: size }
    await apply(namespace, pod('app', [{ image, resources }]))
    await waitReady(namespace, 'app')
    const args = ['get', 'pod', 'app', '-o', 'jsonpath={.status.qosClass}']
    expect(await kubectl(['-n', namespace, ...args])).toBe('Guaranteed')
  })

  test('does not let its images be pulled, whatever policy was worked out for the reference', async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, formulaText({ exec: forever }))
    // An image without a tag gets Always from the API server before anybody rewrites it.
    const containers = [{ image, imagePullPolicy: 'Always' }]
    await apply(namespace, pod('app', containers))
    await waitReady(namespace, 'app')
    const policies =
      '{.spec.containers[0].imagePullPolicy} {.spec.initContainers[0].imagePullPolicy}'
    const args = ['get', 'pod', 'app', '-o', `jsonpath=${policies}`]
    expect(await kubectl(['-n', namespace, ...args])).toBe('IfNotPresent IfNotPresent')
  })

  test('cannot start where all images must be pulled, and explain says why', async ({
    skip,
    onTestFinished,
  }) => {
    const kinds = 'mutatingadmissionpolicies.v1.admissionregistration.k8s.io'
    const { exit } = await tryKubectl(['get', kinds])
    skip(exit !== 0, 'the cluster has no MutatingAdmissionPolicy: Kubernetes 1.36 has')
    const namespace = await makeNamespace(['e2e.r2k8s.io/pull=always'])
    const policies = { stdin: JSON.stringify(alwaysPull(namespace)) }
    onTestFinished(async () => {
      await tryKubectl(['delete', '-f', '-'], policies)
    })
    await kubectl(['apply', '-f', '-'], policies)
    const image = await push(namespace, formulaText({ exec: forever }))
    let pods = 0
    await until(
      'the policy is in force, and the image of the fetcher is looked for',
      async () => {
        const name = `app-${++pods}`
        await apply(namespace, pod(name, [{ image }]))
        await sleep(1_500)
        const path = '{.status.initContainerStatuses[0].state.waiting.reason}'
        const args = ['get', 'pod', name, '-o', `jsonpath=${path}`]
        const reason = await kubectl(['-n', namespace, ...args])
        return /ErrImagePull|ImagePullBackOff/.test(reason) || reason
      },
    )
    const explained = await r2k8s(['explain', `app-${pods}`, '-n', namespace])
    expect(explained).toContain('AlwaysPullImages')
    expect(explained).toContain(lab.agentImage)
  })

  test('is refused in a namespace that has r2k8s switched off, with the reason', async () => {
    const namespace = await makeNamespace(['r2k8s.io/webhook=disabled'])
    const image = await push(namespace, formulaText({ exec: forever }))
    const { exit, stderr } = await tryApply(namespace, pod('app', [{ image }]))
    expect(exit).toBe(1)
    expect(stderr).toContain(`the formula reference "${image}" was not rewritten`)
    expect(stderr).toContain('r2k8s is switched off (for this namespace')
  })

  test('leaves other pods alone: the webhook never sees them', async () => {
    const namespace = await makeNamespace()
    await apply(namespace, pod('plain', [{ image: lab.pauseImage }]))
    await waitReady(namespace, 'plain')
    const args = ['get', 'pod', 'plain', '-o', 'jsonpath={.spec.initContainers}']
    expect(await kubectl(['-n', namespace, ...args])).toBe('')
  })
})

/** The effect of the admission plugin AlwaysPullImages, in one namespace. */
function alwaysPull(namespace: string): object {
  const always = (list: string) =>
    `object.spec.${list}.map(c, Object.spec.${list}{name: c.name, imagePullPolicy: "Always"})`
  const metadata = { name: `e2e-pull-${namespace}` }
  const expression = `Object{spec: Object.spec{containers: ${always('containers')}, initContainers: has(object.spec.initContainers) ? ${always('initContainers')} : []}}`
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingAdmissionPolicy',
        metadata,
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [''],
                apiVersions: ['v1'],
                operations: ['CREATE'],
                resources: ['pods'],
              },
            ],
          },
          failurePolicy: 'Fail',
          reinvocationPolicy: 'IfNeeded',
          mutations: [
            { patchType: 'ApplyConfiguration', applyConfiguration: { expression } },
          ],
        },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingAdmissionPolicyBinding',
        metadata,
        spec: {
          policyName: metadata.name,
          matchResources: {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': namespace },
            },
          },
        },
      },
    ],
  }
}
