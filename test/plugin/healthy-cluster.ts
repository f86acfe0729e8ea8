// An API server with r2k8s installed and well, as far as the commands about the cluster ask it. A test
// replaces the answers that it is about.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { makeAuthority } from '../../src/webhook/certificates/authority.ts'
import { kubectlR2k8s, type Result } from './cli.ts'

export interface FakeAnswer {
  readonly status?: number
  readonly body: unknown
}

type Answer = FakeAnswer | ((request: FakeRequest) => FakeAnswer)

export interface FakeRequest {
  readonly query: URLSearchParams
  readonly body: string
}

/** By `METHOD /path`. */
export type Answers = Readonly<Record<string, Answer>>

export interface FakeCluster {
  /** Runs the command against it, in the namespace `web`. */
  readonly call: (...args: readonly string[]) => Promise<Result>
  /** Method and URL of every request. */
  readonly asked: readonly string[]
}

export async function healthyCluster(changes: Answers = {}): Promise<FakeCluster> {
  const answers: Answers = { ...(await healthy()), ...changes }
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`)
    void answer(answers, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // of a server that listens on one
  const flags = ['--server', `http://127.0.0.1:${port}`, '-n', 'web']
  return { asked, call: (...args) => kubectlR2k8s([...args, ...flags]) }
}

async function answer(
  answers: Answers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://any')
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const found = answers[`${request.method ?? ''} ${pathname}`] ?? missing
  const given = typeof found === 'function' ? found({ query: searchParams, body }) : found
  response.writeHead(given.status ?? 200, { 'content-type': 'application/json' })
  response.end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body))
}

export function refusal(status: number, reason: string, message: string): FakeAnswer {
  return { status, body: { kind: 'Status', status: 'Failure', reason, message } }
}

export const missing = refusal(404, 'NotFound', 'not found')
export const forbidden = refusal(403, 'Forbidden', 'User "ann" cannot do that')

export const paths = {
  version: 'GET /version',
  deployment: 'GET /apis/apps/v1/namespaces/r2k8s-system/deployments/r2k8s-webhook',
  registration:
    'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/r2k8s',
  settings: 'GET /api/v1/namespaces/r2k8s-system/configmaps/r2k8s-settings',
  policy:
    'GET /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/r2k8s-second-look',
  binding:
    'GET /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/r2k8s-second-look',
  namespace: 'GET /api/v1/namespaces/web',
  nodes: 'GET /api/v1/nodes',
  pods: 'GET /api/v1/namespaces/r2k8s-system/pods',
  metrics: 'GET /api/v1/namespaces/r2k8s-system/pods/one:8080/proxy/metrics',
  log: 'GET /api/v1/namespaces/r2k8s-system/pods/one/log',
  groups: 'GET /apis',
  group: 'GET /apis/r2k8s.io',
  kinds: 'GET /apis/r2k8s.io/v1alpha1',
  mutating: 'GET /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  validating: 'GET /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  mayI: 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  whoAmI: 'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
  trial: 'POST /api/v1/namespaces/web/pods',
} as const

export const agentImage = 'localhost/r2k8s:test'
export const baseImage = 'localhost/pause:1'

async function healthy(): Promise<Answers> {
  return {
    [paths.version]: { body: { major: '1', minor: '36', gitVersion: 'v1.36.3' } },
    [paths.deployment]: { body: deployment() },
    [paths.registration]: { body: await registration() },
    [paths.settings]: settings(`baseImage: ${baseImage}\n`),
    [paths.policy]: { body: { kind: 'ValidatingAdmissionPolicy' } },
    [paths.binding]: { body: { spec: { validationActions: ['Deny'] } } },
    [paths.namespace]: namespace({}),
    [paths.nodes]: nodes([agentImage, baseImage]),
    [paths.pods]: { body: { items: [pod({})] } },
    [paths.metrics]: { body: metrics(Date.now() + 6 * day) },
    [paths.log]: { body: '' },
    [paths.groups]: { body: { groups: [{ name: 'apps' }, { name: 'r2k8s.io' }] } },
    [paths.group]: { body: { versions: [{ version: 'v1alpha1' }] } },
    [paths.kinds]: { body: { resources: [{ name: 'formulas' }] } },
    [paths.mutating]: { body: { items: [await registration()] } },
    [paths.validating]: { body: { items: [] } },
    [paths.mayI]: { status: 201, body: { status: { allowed: true } } },
    [paths.whoAmI]: { status: 201, body: { status: { userInfo: { username: 'ann' } } } },
    [paths.trial]: admitting(({ body }) => ({ status: 201, body })),
  }
}

export const day = 24 * 3600 * 1000

/** Formula pods are refused as the webhook does it, all others are left to `admit`. */
export function admitting(admit: (request: FakeRequest) => FakeAnswer): Answer {
  return (request) => {
    if (request.query.get('dryRun') !== 'All') throw new Error('this is no dry run')
    return request.body.includes('"repeatr:0/') ? notFound : admit(request)
  }
}

const notFound = refusal(
  404,
  'formula-not-found',
  'admission webhook "pods.mutate.r2k8s.io" denied the request: there is no formula',
)

export function deployment({
  replicas = 2,
  ready = 2,
  version = 'test',
  args = [],
}: {
  replicas?: number
  ready?: number
  version?: string
  args?: readonly string[]
} = {}) {
  const labels = { 'app.kubernetes.io/version': version }
  const image = `localhost/r2k8s:${version}`
  const containers = [{ name: 'webhook', image, args }]
  return {
    metadata: { name: 'r2k8s-webhook', labels },
    spec: { replicas, template: { spec: { containers } } },
    status: { readyReplicas: ready },
  }
}

/** @param since when its authority was made */
export async function registration({
  since = Date.now(),
  caBundle,
  failurePolicy = 'Fail',
}: { since?: number; caBundle?: string; failurePolicy?: string } = {}) {
  const { cert } = await makeAuthority(since)
  return {
    metadata: { name: 'r2k8s' },
    webhooks: [
      {
        name: 'pods.mutate.r2k8s.io',
        failurePolicy,
        rules: [{ apiGroups: [''], resources: ['pods'], operations: ['CREATE'] }],
        clientConfig: { caBundle: Buffer.from(caBundle ?? cert).toString('base64') },
        namespaceSelector: {
          matchExpressions: [
            { key: 'r2k8s.io/webhook', operator: 'NotIn', values: ['disabled'] },
            { key: 'control-plane', operator: 'DoesNotExist' },
            {
              key: 'kubernetes.io/metadata.name',
              operator: 'NotIn',
              values: ['kube-system'],
            },
          ],
        },
      },
    ],
  }
}

export function settings(text: string): FakeAnswer {
  return { body: { data: { 'settings.yaml': text } } }
}

export function namespace(labels: Readonly<Record<string, string>>): FakeAnswer {
  return { body: { metadata: { name: 'web', labels }, status: { phase: 'Active' } } }
}

export function nodes(...images: readonly (readonly string[])[]): FakeAnswer {
  const items = images.map((names) => ({
    metadata: { labels: { 'kubernetes.io/os': 'linux' } },
    status: { images: names.map((name) => ({ names: [name] })) },
  }))
  return { body: { items } }
}

export function pod({ ready = true, state = {} }: { ready?: boolean; state?: object }) {
  return {
    metadata: {
      name: 'one',
      creationTimestamp: new Date(Date.now() - day).toISOString(),
    },
    spec: {
      containers: [{ name: 'webhook', ports: [{ name: 'status', containerPort: 8080 }] }],
    },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'webhook', ready, restartCount: 1, state }],
    },
  }
}

export function metrics(notAfter: number): string {
  const total = 'r2k8s_admission_requests_total'
  return [
    '# TYPE r2k8s_admission_requests_total counter',
    `${total}{result="mutated",reason="",dry_run="false"} 7`,
    `${total}{result="rejected",reason="formula-not-found",dry_run="false"} 2`,
    `${total}{result="rejected",reason="formula-invalid",dry_run="false"} 1`,
    `${total}{result="rejected",reason="formula-not-found",dry_run="true"} 40`,
    `r2k8s_cert_not_after_seconds ${notAfter / 1000}`,
    '',
  ].join('\n')
}
