import { describe, expect, test } from 'vitest'
import { findings, mayNot } from './findings.ts'
import {
  admitting,
  agentImage,
  baseImage,
  forbidden,
  missing,
  namespace,
  paths,
  refusal,
  settings,
  type Answers,
} from './healthy-cluster.ts'

describe('the webhook on trial', () => {
  const failing = (how: string) =>
    refusal(
      500,
      'InternalError',
      `Internal error occurred: failed calling webhook "pods.mutate.r2k8s.io": failed to call webhook: Post "https://r2k8s.r2k8s-system.svc:443/mutate?timeout=5s": ${how}`,
    )
  const secondLook = refusal(
    422,
    'Invalid',
    `pods "x" is forbidden: ValidatingAdmissionPolicy 'r2k8s-second-look' with binding 'r2k8s-second-look' denied request: the formula reference was not rewritten`,
  )
  const trial = (answer: ReturnType<typeof refusal>): Answers => {
    return {
      [paths.trial]: ({ body }) =>
        body.includes('"repeatr:0/') ? answer : { status: 201, body },
    }
  }
  const swapped = (image: string) => ({
    status: 201,
    body: { kind: 'Pod', spec: { containers: [{ name: 'trial', image }] } },
  })

  test.each([
    ['no endpoints available for service "r2k8s"', 'no pod of the webhook is ready'],
    ['service "r2k8s" not found', 'the Service of the webhook is missing'],
    ['dial tcp 10.0.0.1:443: connect: connection refused', 'nothing listens'],
    ['context deadline exceeded', 'TCP port 8443'],
    ['dial tcp 10.0.0.1:443: i/o timeout', 'TCP port 8443'],
    [
      'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'TCP port 8443',
    ],
    [
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'the CA bundle is another one',
    ],
    [
      'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-01-01T00:00:00Z',
      'has run out, or the clock',
    ],
    ['EOF', 'broke off'],
    ['proxyconnect tcp: dial tcp: lookup proxy', 'NO_PROXY'],
    ['something new', 'cannot call the webhook (something new)'],
  ])('%s', async (how, words) => {
    const { exit, told } = await findings('webhook', trial(failing(how)))
    expect(exit).toBe(64)
    expect(told).toMatchObject([{ status: 'failed' }])
    expect(told[0]?.text).toContain(words)
    expect(told[0]?.text).not.toContain('Post "')
  })

  test('the second look refuses what is not sent to it', async () => {
    const { told } = await findings('webhook', trial(secondLook))
    expect(told[0]?.text).toBe(
      'the API server does not send formula pods of this namespace to the webhook\nkubectl r2k8s webhook enable',
    )
  })

  test('a namespace that is switched off is the reason', async () => {
    const { told } = await findings('webhook', {
      ...trial(secondLook),
      [paths.namespace]: namespace({ 'r2k8s.io/webhook': 'disabled' }),
    })
    expect(told[0]?.text).toContain('kubectl label namespace web r2k8s.io/webhook-')
  })

  test('without installation, there is nothing else to say', async () => {
    const { told } = await findings('webhook', {
      ...trial(swapped('repeatr:0/r2k8s-trial-of-no-formula')),
      [paths.deployment]: missing,
    })
    expect(told[0]?.text).toContain('r2k8s is not installed')
  })

  test('nobody looks at formula pods', async () => {
    const answer = swapped('repeatr:0/r2k8s-trial-of-no-formula')
    const { told } = await findings('webhook', trial(answer))
    expect(told[0]?.text).toContain('neither sent to the webhook nor refused')
  })

  test('another webhook is faster', async () => {
    const { told } = await findings('webhook', trial(swapped('mirror.example/x')))
    expect(told[0]?.text).toContain('exempt images of the host "repeatr:0"')
  })

  test('the webhook is not ready', async () => {
    const message = 'admission webhook "pods.mutate.r2k8s.io" denied the request: not yet'
    const { told } = await findings(
      'webhook',
      trial(refusal(503, 'cluster-unreachable', message)),
    )
    expect(told[0]?.text).toContain('refuses for another reason')
  })

  test('the user may not create pods', async () => {
    const changes = { ...trial(forbidden), [paths.mayI]: mayNot('create pods') }
    const { exit, told } = await findings('webhook', changes)
    expect(exit).toBe(0)
    expect(told).toMatchObject([{ status: 'unknown' }])
  })

  test('somebody else refuses first', async () => {
    const message = 'pods "x" is forbidden: no service account "default"'
    const { told } = await findings('webhook', trial(refusal(403, 'Forbidden', message)))
    expect(told).toMatchObject([{ status: 'failed' }])
    expect(told[0]?.text).toContain(`before the webhook sees it: ${message}`)
  })
})

describe('admission in the way', () => {
  interface Pod {
    spec: { initContainers: Container[]; containers: Container[] }
  }
  type Container = Record<string, unknown>
  const changed = (change: (container: Container) => Container) =>
    admitting(({ body }) => {
      const { spec, ...pod } = JSON.parse(body) as Pod
      const initContainers = spec.initContainers.map(change)
      const containers = spec.containers.map(change)
      return { body: { ...pod, spec: { ...spec, initContainers, containers } } }
    })

  test('the pod has the shape of a rewritten one', async () => {
    let shape: unknown
    await findings('admission', {
      [paths.trial]: admitting(({ body }) => {
        shape = JSON.parse(body)
        return { body }
      }),
    })
    expect(shape).toMatchObject({
      spec: {
        initContainers: [
          {
            name: 'r2k8s-fetch',
            image: agentImage,
            imagePullPolicy: 'IfNotPresent',
            securityContext: { runAsNonRoot: true, capabilities: { drop: ['ALL'] } },
          },
        ],
        containers: [
          {
            image: baseImage,
            volumeMounts: [{ mountPath: '/bin', subPath: 'root/bin' }],
          },
        ],
        volumes: [{ emptyDir: {} }],
      },
    })
  })

  test.each([
    ['violates PodSecurity "restricted:latest": x', '', '--show-labels'],
    [
      'violates PodSecurity "restricted:latest": x',
      'ownership: keep\n',
      'ownership: auto',
    ],
    ['exceeded quota: a, requested: pods=1', '', 'kubectl describe quota -n web'],
    [
      'maximum memory usage per Container is 1Mi',
      '',
      'kubectl describe limitrange -n web',
    ],
    [
      'admission webhook "guard" denied the request: x',
      '',
      'let pass the init container r2k8s-fetch',
    ],
  ])('%s', async (message, given, hint) => {
    const { exit, told } = await findings('admission', {
      [paths.trial]: admitting(() => refusal(403, 'Forbidden', message)),
      [paths.settings]: settings(`baseImage: ${baseImage}\n${given}`),
    })
    expect(exit).toBe(64)
    expect(told).toMatchObject([{ status: 'failed' }])
    expect(told[0]?.text).toContain(message)
    expect(told[0]?.text).toContain(hint)
  })

  test('images are always pulled', async () => {
    const { exit, told } = await findings('admission', {
      [paths.trial]: changed((each) => ({ ...each, imagePullPolicy: 'Always' })),
    })
    expect(exit).toBe(0)
    expect(told).toMatchObject([{ status: 'warning' }])
    expect(told[0]?.text).toContain(`AlwaysPullImages`)
    expect(told[0]?.text).toContain(`no registry serves ${agentImage}`)
  })

  test('images are replaced', async () => {
    const { told } = await findings('admission', {
      [paths.trial]: changed((each) => ({
        ...each,
        image: `m.example/${String(each['image'])}`,
      })),
    })
    expect(told).toMatchObject([{ status: 'warning' }])
    expect(told[0]?.text).toContain('"repeatr:0"')
  })

  test('containers are added', async () => {
    const { told } = await findings('admission', {
      [paths.trial]: admitting(({ body }) => {
        const { spec, ...pod } = JSON.parse(body) as Pod
        const containers = [...spec.containers, { name: 'istio-proxy', image: 'p' }]
        return { body: { ...pod, spec: { ...spec, containers } } }
      }),
    })
    expect(told.map(({ status }) => status)).toEqual(['ok', 'info'])
    expect(told[1]?.text).toContain('istio-proxy')
  })

  test('settings that may not be read are guessed', async () => {
    const { told } = await findings('admission', { [paths.settings]: forbidden })
    expect(told).toEqual([
      {
        status: 'ok',
        text: 'a rewritten pod is admitted as it is, tried with the default settings',
      },
    ])
  })

  test('nothing is tried in a namespace that is not there', async () => {
    const { told } = await findings('admission', { [paths.namespace]: missing })
    expect(told).toMatchObject([{ status: 'unknown' }])
  })
})
