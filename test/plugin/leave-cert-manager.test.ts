import { expect, onTestFinished, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { leaveCertManager } from '../../src/plugin/install/leave-cert-manager.ts'
import { json, serveAnswers } from '../cluster/api-server.ts'
import { deployment, registration } from './healthy-cluster.ts'

const certificates = '/apis/cert-manager.io/v1/namespaces/r2k8s-system'
const secrets = '/api/v1/namespaces/r2k8s-system/secrets'
const here = {
  '/apis/cert-manager.io/v1': {},
  '/apis/apps/v1/namespaces/r2k8s-system/deployments/r2k8s-webhook': deployment(),
  [`${certificates}/issuers/r2k8s`]: {},
  [`${certificates}/certificates/r2k8s`]: {},
  [`${secrets}/r2k8s-tls`]: {
    metadata: { annotations: { 'cert-manager.io/certificate-name': 'r2k8s' } },
  },
}
const all = [
  'issuer.cert-manager.io/r2k8s deleted',
  'certificate.cert-manager.io/r2k8s deleted',
  'secret/r2k8s-tls deleted',
]

/** What is said, and which paths are deleted, where only `objects` are there. */
async function leave(objects: Readonly<Record<string, unknown>>) {
  const path = (url = '') => new URL(url, 'http://any').pathname.replace('/base', '')
  const server = await serveAnswers((request, response) => {
    const found = objects[path(request.url)]
    const failure = { message: 'not found', reason: 'NotFound', code: 404 }
    const isForbidden = found === forbidden && request.method === 'DELETE'
    const status = found === undefined ? 404 : isForbidden ? 403 : 200
    json(status, found ?? failure)(request, response)
  })
  onTestFinished(() => server.close())
  const said: string[] = []
  await leaveCertManager(server.client, { say: (line) => void said.push(line) })
  const deleted = server.asked.filter((each) => each.startsWith('DELETE '))
  return { said, deleted: deleted.map((each) => path(each.slice(7))) }
}

const forbidden = { message: 'User "ann" cannot do that', reason: 'Forbidden', code: 403 }

test('what cert-manager kept for an earlier installation goes', async () => {
  expect((await leave(here)).said).toEqual(all)
})

test('nothing is asked to go where there is no cert-manager', async () => {
  expect(await leave({ ...here, '/apis/cert-manager.io/v1': undefined })).toEqual({
    said: [],
    deleted: [],
  })
})

test.each<[string, () => Promise<JsonObject>]>([
  [
    'Deployment',
    () =>
      Promise.resolve({
        '/apis/apps/v1/namespaces/r2k8s-system/deployments/r2k8s-webhook': deployment({
          args: ['--tls-cert-file=/tls/tls.crt'],
        }),
      }),
  ],
  [
    'registration',
    async () => {
      const found = await registration()
      const annotations = { 'cert-manager.io/inject-ca-from': 'r2k8s-system/r2k8s' }
      return {
        '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/r2k8s': {
          ...found,
          metadata: { name: 'r2k8s', annotations },
        },
      }
    },
  ],
])('all of it stays where the %s still says so', async (_, change) => {
  const { said, deleted } = await leave({ ...here, ...(await change()) })
  expect(deleted).toEqual([])
  expect(said).toEqual([expect.stringContaining('cert-manager keeps the certificate')])
})

test('a Secret of that name that somebody made by hand stays', async () => {
  const { said } = await leave({ ...here, [`${secrets}/r2k8s-tls`]: { metadata: {} } })
  expect(said).toEqual(all.slice(0, 2))
})

test('what may not be deleted is told, and the rest goes', async () => {
  const { said } = await leave({
    ...here,
    [`${certificates}/certificates/r2k8s`]: forbidden,
  })
  expect(said).toEqual([
    all[0],
    'certificate.cert-manager.io/r2k8s stays: User "ann" cannot do that',
    all[2],
  ])
})
