// Runs of a real cluster as its API had them when they were over, or when nothing moved any more. Left
// out: members that change with every machine, and of specifications what a run does not read.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/json.ts'
import { readJob } from '../../src/run/job-state.ts'
import type { RunView } from '../../src/run/judge.ts'
import { readPod, type PodState } from '../../src/run/pod-state.ts'

const recorded = join(import.meta.dirname, 'recorded')

interface Recording {
  readonly job: JsonObject
  readonly pod: JsonObject
  /** It had left the cluster: a watch has told of it last. */
  readonly isGone?: true
  /** What the pod was, one after the other, since its action had ended. */
  readonly before?: readonly JsonObject[]
}

/** As whoever follows it sees it. */
export function recordedRun(name: string): RunView & { readonly pod: PodState } {
  const { job, pod, isGone = false } = readRecording(name)
  return { job: readJob(job), pod: { ...readPod(pod), isGone } }
}

/** The same a moment earlier, as often as it was seen so. */
export function recordedBefore(name: string): RunView[] {
  const { job, before = [] } = readRecording(name)
  return before.map((pod) => ({ job: readJob(job), pod: readPod(pod) }))
}

export function namesOfRecordings(): string[] {
  return readdirSync(recorded).map((file) => file.replace(/\.json$/, ''))
}

/** As the API has it. */
export function readRecording(name: string): Recording {
  return JSON.parse(readFileSync(join(recorded, `${name}.json`), 'utf8')) as Recording
}
