// Who else looks at pods on their way in: good to know when one of them and r2k8s get in each other's way.

import { isString, memberArray, memberString, member } from '../../../json.ts'
import type { JsonObject, JsonValue } from '../../../json.ts'
import {
  mutatingWebhooks,
  registrationRef,
  validatingWebhooks,
} from '../../webhook/installed-objects.ts'
import { readList } from '../../webhook/read-object.ts'
import { info, unknown, type Check, type Finding, type World } from '../check.ts'

export const checkNeighbours: Check = {
  name: 'neighbours',
  run: async (world) => [...(await listWebhooks(world)), ...(await findEngines(world))],
}

async function listWebhooks({ client }: World): Promise<Finding[]> {
  const kinds = [
    ['mutating', mutatingWebhooks],
    ['validating', validatingWebhooks],
  ] as const
  const parts: string[] = []
  for (const [word, resource] of kinds) {
    const listed = await readList(client, { resource })
    if (listed.kind === 'unknown') {
      return [unknown(`the webhooks of others may not be listed: ${listed.why}`)]
    }
    const names = listed.items.filter(seesPods).map(nameOf)
    const others = names.filter(
      (name) => resource !== mutatingWebhooks || name !== registrationRef.name,
    )
    if (others.length > 0) parts.push(`${word}: ${others.join(', ')}`)
  }
  return [
    info(
      parts.length === 0
        ? 'no other webhooks look at pods'
        : `other webhooks look at pods, ${parts.join('; ')}`,
    ),
  ]
}

function seesPods(configuration: JsonObject): boolean {
  return memberArray(configuration, 'webhooks')
    .flatMap((webhook) => memberArray(webhook, 'rules'))
    .some(
      (rule) =>
        holds(rule, 'apiGroups', '') &&
        (holds(rule, 'resources', 'pods') || holds(rule, 'resources', '*/*')) &&
        holds(rule, 'operations', 'CREATE'),
    )
}

function holds(rule: JsonValue, list: string, value: string): boolean {
  const values = memberArray(rule, list).filter(isString)
  return values.includes(value) || values.includes('*')
}

function nameOf(configuration: JsonObject): string {
  return memberString(member(configuration, 'metadata'), 'name') ?? ''
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
