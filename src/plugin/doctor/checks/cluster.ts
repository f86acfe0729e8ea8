// The API server: whether it answers, and whether it is new enough.

import { memberString } from '../../../json.ts'
import { failed, ok, warning, type Check } from '../check.ts'

/** `matchConditions` and ValidatingAdmissionPolicy are there for all from this one on. */
const oldest = { major: 1, minor: 30 }

export const checkCluster: Check = {
  name: 'cluster',
  run: async ({ client, facts }) => {
    const { host } = new URL(client.connection.access.server)
    const server = await facts.server()
    if (server.kind === 'refused') {
      return server.status === 401
        ? failed(
            `${host} does not know you: ${server.message}`,
            'log in to the cluster again',
          )
        : warning(`${host} does not tell its version: ${server.message}`)
    }
    const version = memberString(server.object, 'gitVersion') ?? ''
    const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
    if (major === undefined) return warning(`${host} tells no version: "${version}"`)
    const isOld =
      Number(major) < oldest.major ||
      (Number(major) === oldest.major && Number(minor) < oldest.minor)
    return isOld
      ? failed(
          `Kubernetes ${version} at ${host} is too old for admission by match conditions`,
          `update it to ${oldest.major}.${oldest.minor} or later, or rewrite manifests with "kubectl r2k8s template", which needs nothing in the cluster`,
        )
      : ok(`Kubernetes ${version} at ${host}`)
  },
}
