// Answers kubectl's one question, which resources there are, and nothing else: enough for
// `create --dry-run=client`, which never talks to a server otherwise. Prints its port.

import { createServer } from 'node:http'

const groups: readonly { group: string; version: string; kinds: readonly string[] }[] = [
  {
    group: '',
    version: 'v1',
    kinds: ['Pod', 'Service', 'ConfigMap', 'ReplicationController'],
  },
  { group: 'apps', version: 'v1', kinds: ['Deployment', 'StatefulSet', 'DaemonSet'] },
  { group: 'batch', version: 'v1', kinds: ['Job', 'CronJob'] },
  { group: 'extensions', version: 'v1beta1', kinds: ['Deployment', 'DaemonSet'] },
  { group: 'policy', version: 'v1beta1', kinds: ['PodDisruptionBudget'] },
  { group: 'r2k8s.io', version: 'v1alpha1', kinds: ['Formula'] },
  { group: 'example.com', version: 'v1', kinds: ['Thing'] },
]

function discovery(wanted: (group: string) => boolean) {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups
      .filter(({ group }) => wanted(group))
      .map(({ group, version, kinds }) => ({
        metadata: { name: group },
        versions: [
          {
            version,
            freshness: 'Current',
            resources: kinds.map((kind) => ({
              resource: `${kind.toLowerCase()}s`,
              responseKind: { group, version, kind },
              scope: 'Namespaced',
              singularResource: kind.toLowerCase(),
              verbs: ['create', 'get', 'list'],
            })),
          },
        ],
      })),
  }
}

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  const body =
    path === '/api'
      ? discovery((group) => group === '')
      : path === '/apis'
        ? discovery((group) => group !== '')
        : undefined
  const type = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': type })
  response.end(JSON.stringify(body ?? { kind: 'Status', code: 404 }))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    process.stdout.write(`${address.port}\n`)
})
