// One check of `doctor`, asked of a cluster that is healthy but for what a test changes.

import { healthyCluster, type Answers, type FakeRequest } from './healthy-cluster.ts'

interface Told {
  readonly check: string
  readonly status: string
  readonly finding: string
  readonly hints?: readonly string[]
}

/** What one check says when a cluster is healthy but for `changes`. */
export async function findings(check: string, changes: Answers) {
  const { call } = await healthyCluster(changes)
  const { exit, stdout } = await call('doctor', '-o', 'json')
  const { checks } = JSON.parse(stdout) as { checks: Told[] }
  const told = checks
    .filter((each) => each.check === check)
    .map(({ status, finding, hints = [] }) => ({
      status,
      text: [finding, ...hints].join('\n'),
    }))
  return { exit, told }
}

export const denied = { status: 201, body: { status: { allowed: false } } }
const granted = { status: 201, body: { status: { allowed: true } } }
/** The API server grants everything else. */
export const mayNot =
  (...deeds: readonly string[]) =>
  ({ body }: FakeRequest) => {
    const { spec } = JSON.parse(body) as {
      spec: { resourceAttributes: { verb: string; resource: string } }
    }
    const { verb, resource } = spec.resourceAttributes
    return deeds.includes(`${verb} ${resource}`) ? denied : granted
  }
