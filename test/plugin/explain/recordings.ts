// Pods of a real cluster with all that was known around them when they were recorded.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../../src/json.ts'
import type { PodEvent } from '../../../src/plugin/explain/diagnose/pod-context.ts'
import type { PodSurroundings } from '../../../src/plugin/explain/explain-pod.ts'
import type { Reading } from '../../../src/plugin/webhook/read-object.ts'

export const recorded = join(import.meta.dirname, 'recorded')

interface Recording {
  readonly pod: JsonObject
  readonly events: readonly PodEvent[]
  readonly logs: Readonly<Record<string, readonly string[]>>
  /** Formula objects by name; those that the pod names and that are not here were deleted. */
  readonly formulas: Readonly<Record<string, JsonObject>>
  readonly nodes: readonly JsonObject[]
}

export interface RecordedWorkload {
  readonly kind: string
  readonly object: JsonObject
  readonly events: readonly PodEvent[]
}

const missing: Reading = { kind: 'missing' }

export function readRecording(name: string): PodSurroundings {
  const { pod, events, logs, formulas, nodes } = readJson(name) as Recording
  const annotations = JSON.stringify(pod['metadata'])
  const named = [...annotations.matchAll(/"repeatr:0\/([^ :"]+)/g)].map(
    ([, each]) => each,
  )
  return {
    pod,
    events,
    logs: new Map(Object.entries(logs)),
    formulas: new Map(
      named.map((each = '') => {
        const object = formulas[each]
        return [each, object === undefined ? missing : { kind: 'found', object }] as const
      }),
    ),
    nodes,
    now: Date.parse('2026-11-21T14:57:00Z'),
  }
}

export function readWorkload(name: string): RecordedWorkload {
  return readJson(`workload-${name}`) as RecordedWorkload
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(recorded, `${name}.json`), 'utf8'))
}

export function namesOfRecordings(): string[] {
  return readdirSync(recorded)
    .filter((file) => file.endsWith('.json') && !file.startsWith('workload-'))
    .map((file) => file.slice(0, -'.json'.length))
}
