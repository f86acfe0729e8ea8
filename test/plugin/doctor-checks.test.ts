import { expect, test } from 'vitest'
import { fullImageName } from '../../src/plugin/doctor/image-names.ts'
import { denied, findings, mayNot } from './findings.ts'
import {
  agentImage,
  baseImage,
  deployment,
  forbidden,
  missing,
  namespace,
  nodes,
  paths,
  refusal,
  registration,
  settings,
  type Answers,
} from './healthy-cluster.ts'

interface Row {
  readonly title: string
  readonly check: string
  readonly changes: Answers
  readonly status: string
  /** All of them are said. */
  readonly words: readonly string[]
}

function row(
  title: string,
  check: string,
  changes: Answers,
  status: string,
  ...words: readonly string[]
): Row {
  return { title, check, changes, status, words }
}

const webhookOf = (name: string, resources: readonly string[]) => ({
  metadata: { name },
  webhooks: [{ rules: [{ apiGroups: [''], resources, operations: ['CREATE'] }] }],
})

const rows = [
  row(
    'another version of the webhook',
    'client',
    { [paths.deployment]: { body: deployment({ version: '0.0.9' }) } },
    'warning',
    'the webhook is 0.0.9',
    'kubectl r2k8s install',
  ),
  row(
    'an old Kubernetes',
    'cluster',
    { [paths.version]: { body: { gitVersion: 'v1.29.4-eks-1' } } },
    'failed',
    'v1.29.4-eks-1',
    'too old',
    'kubectl r2k8s template',
  ),
  row(
    'a login that ran out',
    'cluster',
    { [paths.version]: refusal(401, 'Unauthorized', 'Unauthorized') },
    'failed',
    'does not know you',
    'log in',
  ),
  row(
    'no right to push',
    'permissions',
    { [paths.mayI]: mayNot('create formulas') },
    'failed',
    'you may not create formulas in "web"',
    'kubectl create rolebinding r2k8s-users -n web --clusterrole=edit --user=ann',
  ),
  row(
    'no right to pods',
    'permissions',
    { [paths.mayI]: mayNot('create pods', 'get pods') },
    'warning',
    'you may not create pods, get pods/log',
    'only controllers',
  ),
  row(
    'no right for a service account',
    'permissions',
    {
      [paths.mayI]: denied,
      [paths.whoAmI]: {
        body: { status: { userInfo: { username: 'system:serviceaccount:ci:bot' } } },
      },
    },
    'failed',
    '--serviceaccount=ci:bot',
  ),
  row(
    'a name that is no word for a shell',
    'permissions',
    {
      [paths.mayI]: denied,
      [paths.whoAmI]: { body: { status: { userInfo: { username: 'a;rm -rf' } } } },
    },
    'failed',
    '--user=USER',
  ),
  row(
    'no kind Formula',
    'formulas',
    { [paths.group]: missing },
    'failed',
    'does not know Formulas',
    'kubectl r2k8s install',
  ),
  row(
    'a kind Formula that is not accepted',
    'formulas',
    {
      [paths.group]: missing,
      'GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/formulas.r2k8s.io': {
        body: {
          status: {
            conditions: [
              { type: 'NamesAccepted', status: 'False', message: '"formula" is taken' },
            ],
          },
        },
      },
    },
    'failed',
    'does not serve them: "formula" is taken',
  ),
  row(
    'another version of the kind',
    'formulas',
    { [paths.group]: { body: { versions: [{ version: 'v1' }] } } },
    'failed',
    'serves Formulas as v1; this program speaks v1alpha1',
  ),
  row(
    'wrong settings',
    'settings',
    { [paths.settings]: settings('baseImaeg: x\n') },
    'failed',
    'settings.yaml:1:1',
    'did you mean "baseImage"',
    'kubectl edit configmap r2k8s-settings -n r2k8s-system',
  ),
  row(
    'settings that say nothing',
    'settings',
    { [paths.settings]: settings('# baseImage: x\n') },
    'ok',
    'the ConfigMap r2k8s-settings is valid',
  ),
  row(
    'no settings',
    'settings',
    { [paths.settings]: missing },
    'ok',
    'the defaults are in force',
  ),
  row(
    'hidden settings',
    'settings',
    { [paths.settings]: forbidden },
    'unknown',
    'may not be read: User "ann"',
  ),
  row(
    'no Deployment',
    'deployment',
    { [paths.deployment]: missing },
    'failed',
    'not installed',
    'kubectl r2k8s install',
  ),
  row(
    'a hidden Deployment',
    'deployment',
    { [paths.deployment]: forbidden },
    'unknown',
    'may not be read',
  ),
  row(
    'pods that are refused',
    'deployment',
    {
      [paths.deployment]: {
        body: {
          ...deployment({ ready: 0 }),
          status: {
            conditions: [
              { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota' },
            ],
          },
        },
      },
      [paths.pods]: { body: { items: [] } },
    },
    'failed',
    '0 of 2 pods of the webhook are ready: exceeded quota',
  ),
  row(
    'no registration',
    'registration',
    { [paths.registration]: missing },
    'failed',
    'not registered',
    'kubectl r2k8s webhook enable',
  ),
  row(
    'no registration, and a policy that only warns',
    'registration',
    {
      [paths.registration]: missing,
      [paths.binding]: { body: { spec: { validationActions: ['Warn'] } } },
    },
    'failed',
    'new pods with formulas wait for an image for ever',
  ),
  row(
    'no registration, and a hidden policy',
    'registration',
    { [paths.registration]: missing, [paths.policy]: forbidden },
    'failed',
    'new pods with formulas do not start',
  ),
  row(
    'neither registration nor webhook',
    'registration',
    {
      [paths.registration]: missing,
      [paths.deployment]: missing,
      [paths.policy]: missing,
      [paths.binding]: missing,
    },
    'failed',
    'not registered: new pods with formulas wait for an image for ever (ImagePullBackOff)',
    'kubectl r2k8s install',
  ),
  row(
    'a hidden registration',
    'registration',
    { [paths.registration]: forbidden },
    'unknown',
    'may not be read',
  ),
  row(
    'no CA bundle',
    'registration',
    { [paths.registration]: { body: await registration({ caBundle: '' }) } },
    'failed',
    'no CA bundle',
    'within a minute',
  ),
  row(
    'no policy',
    'policy',
    { [paths.policy]: missing },
    'warning',
    'the policy r2k8s-second-look is missing',
  ),
  row(
    'no binding of the policy',
    'policy',
    { [paths.binding]: missing },
    'warning',
    'nothing binds the policy',
  ),
  row(
    'a policy that only warns',
    'policy',
    { [paths.binding]: { body: { spec: { validationActions: ['Warn'] } } } },
    'warning',
    'only does Warn, not Deny',
  ),
  row(
    'a hidden policy',
    'policy',
    { [paths.policy]: forbidden },
    'unknown',
    'may not be read',
  ),
  row(
    'no namespace',
    'namespace',
    { [paths.namespace]: missing },
    'failed',
    'there is no namespace "web"',
    'kubectl create namespace web',
  ),
  row(
    'a namespace that is switched off',
    'namespace',
    { [paths.namespace]: namespace({ 'r2k8s.io/webhook': 'disabled' }) },
    'failed',
    'switched off by its label r2k8s.io/webhook',
    'kubectl label namespace web r2k8s.io/webhook-',
  ),
  row(
    'a namespace of the control plane',
    'namespace',
    { [paths.namespace]: namespace({ 'control-plane': 'x' }) },
    'failed',
    'label control-plane DoesNotExist',
    'kubectl label namespace web control-plane-',
  ),
  row(
    'a namespace of the system',
    'namespace',
    { [paths.namespace]: namespace({ 'kubernetes.io/metadata.name': 'kube-system' }) },
    'failed',
    'the cluster itself depends on it',
  ),
  row(
    'a namespace that goes',
    'namespace',
    { [paths.namespace]: { body: { status: { phase: 'Terminating' } } } },
    'failed',
    'is being deleted',
  ),
  row(
    'a node without images',
    'images',
    { [paths.nodes]: nodes([agentImage, baseImage], []) },
    'warning',
    'agent image localhost/r2k8s:test: on 1 of 2 nodes',
    'ctr -n k8s.io images import',
    'kubectl r2k8s install --image',
  ),
  row(
    'a node that does not tell all',
    'images',
    { [paths.nodes]: nodes(Array.from({ length: 50 }, (_, i) => `example/${i}`)) },
    'warning',
    '1 of the others do not tell all they have',
  ),
  row(
    'images of a registry',
    'images',
    {
      [paths.nodes]: nodes([]),
      [paths.settings]: settings('agentImage: a.example/b:1\nbaseImage: a.example/c:1\n'),
    },
    'ok',
    'a.example/b:1: on 0 of 1 nodes, the others pull it',
  ),
  row(
    'nodes that may not be seen',
    'images',
    { [paths.nodes]: forbidden },
    'unknown',
    'may not be read',
  ),
  row(
    'webhooks of others',
    'neighbours',
    {
      [paths.mutating]: {
        body: { items: [webhookOf('r2k8s', ['pods']), webhookOf('istio', ['*'])] },
      },
      [paths.validating]: {
        body: { items: [webhookOf('guard', ['pods']), webhookOf('names', ['services'])] },
      },
    },
    'info',
    'others look at pods, too; mutating webhooks: istio; validating webhooks: guard',
  ),
]

test.each(rows)('$title', async ({ check, changes, status, words }) => {
  const { exit, told } = await findings(check, changes)
  const all = told.map(({ text }) => text).join('\n')
  for (const each of words) expect(all).toContain(each)
  expect(told.map((each) => each.status)).toContain(status)
  const code = check === 'settings' ? 65 : 64
  expect(exit).toBe(status === 'failed' ? code : 0)
})

test('policy engines are named', async () => {
  const groups = [{ name: 'wgpolicy.kyverno.io' }, { name: 'templates.gatekeeper.sh' }]
  const { told } = await findings('neighbours', { [paths.groups]: { body: { groups } } })
  expect(told.slice(1).map(({ text }) => text.split(' ')[0])).toEqual([
    'Kyverno',
    'Gatekeeper',
  ])
})

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['a/b:1', 'docker.io/a/b:1'],
  ['localhost/r2k8s:1', 'localhost/r2k8s:1'],
  ['reg.example:5000/a', 'reg.example:5000/a:latest'],
  ['reg.example/a:1@sha256:ab', 'reg.example/a@sha256:ab'],
])('%s is %s', (image, full) => {
  expect(fullImageName(image)).toBe(full)
})
