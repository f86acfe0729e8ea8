// Who else looks at pods on their way in: good to know when one of them and r2k8s get in each other's way.

import { pathOf, type ApiClient, type Resource } from '../../../cluster/api-client.ts'
import { isString, member, memberArray, memberString } from '../../../json.ts'
import type { JsonValue } from '../../../json.ts'
import {
  mutatingPolicies,
  mutatingWebhooks,
  policyName,
  registrationRef,
  validatingPolicies,
  validatingWebhooks,
} from '../../webhook/installed-objects.ts'
import { info, unknown, type Check, type Finding, type World } from '../check.ts'

export const checkNeighbours: Check = {
  name: 'neighbours',
  run: async (world) => [await listOthers(world), ...(await findEngines(world))],
}

const kinds: readonly (readonly [string, Resource])[] = [
  ['mutating webhooks', mutatingWebhooks],
  ['mutating policies', mutatingPolicies],
  ['validating webhooks', validatingWebhooks],
  ['validating policies', validatingPolicies],
]

const own: ReadonlySet<string> = new Set([registrationRef.name, policyName])

async function listOthers({ client }: World): Promise<Finding> {
  const lists = await Promise.all(
    kinds.map(async ([words, resource]) => ({
      words,
      ...(await namesOf(client, resource)),
    })),
  )
  const hidden = lists.find(({ why }) => why !== undefined)?.why
  if (hidden !== undefined)
    return unknown(`who else looks at pods may not be seen: ${hidden}`)
  const parts = lists
    .filter(({ names }) => names.length > 0)
    .map(({ words, names }) => `${words}: ${names.join(', ')}`)
  return info(
    parts.length === 0
      ? 'no other webhook or policy looks at pods'
      : `others look at pods, too; ${parts.join('; ')}`,
  )
}

async function namesOf(
  client: ApiClient,
  resource: Resource,
): Promise<{ readonly names: readonly string[]; readonly why?: string }> {
  const listed = await client.ask({ method: 'GET', path: pathOf({ resource }) })
  // Not every Kubernetes has all of them.
  if (listed.kind === 'refused') {
    return listed.status === 404 ? { names: [] } : { names: [], why: listed.message }
  }
  const names = memberArray(listed.object, 'items')
    .filter((item) => rulesOf(item).some(isAboutPods))
    .map((item) => memberString(member(item, 'metadata'), 'name') ?? '')
  return { names: names.filter((name) => !own.has(name)) }
}

/** Of a configuration of webhooks, or of a policy. */
function rulesOf(item: JsonValue): readonly JsonValue[] {
  const constraints = member(member(item, 'spec'), 'matchConstraints')
  return [
    ...memberArray(item, 'webhooks').flatMap((each) => memberArray(each, 'rules')),
    ...memberArray(constraints, 'resourceRules'),
  ]
}

function isAboutPods(rule: JsonValue): boolean {
  const isPod = holds(rule, 'resources', 'pods') || holds(rule, 'resources', '*/*')
  return isPod && holds(rule, 'apiGroups', '') && holds(rule, 'operations', 'CREATE')
}

function holds(rule: JsonValue, list: string, value: string): boolean {
  const values = memberArray(rule, list).filter(isString)
  return values.includes(value) || values.includes('*')
}

/** Policy engines, by the groups of their kinds. */
const engines: readonly (readonly [string, RegExp])[] = [
  ['Kyverno', /(^|\.)kyverno\.io$/],
  ['Gatekeeper', /(^|\.)gatekeeper\.sh$/],
]

async function findEngines({ facts }: World): Promise<Finding[]> {
  const groups = await facts.groups()
  return engines
    .filter(([, pattern]) => groups.some((group) => pattern.test(group)))
    .map(([name]) =>
      info(
        `${name} is there: its rules see "repeatr:0/…" in Deployments and Jobs, and the base image in pods`,
        'rules about registries have to allow "repeatr:0/*" and the two images of r2k8s',
      ),
    )
}
