import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memberArray, memberString } from '../../../src/json.ts'
import { explainPod } from '../../../src/plugin/explain/explain-pod.ts'
import { explainWorkload } from '../../../src/plugin/explain/explain-workload.ts'
import { printExplanation } from '../../../src/plugin/explain/print-explanation.ts'
import { namesOfRecordings, readRecording, readWorkload, recorded } from './recordings.ts'

const states = {
  'always-pull': 'image-unavailable',
  arm64: 'unschedulable',
  completed: 'completed',
  corrupt: 'fetch-failed ware-corrupt',
  crashing: 'crashing',
  'ends-well': 'crashing',
  evicted: 'evicted',
  failed: 'failed',
  fetching: 'fetching',
  'no-agent-image': 'image-unavailable',
  'no-base-image': 'image-unavailable',
  'no-command': 'cannot-start',
  'no-config': 'cannot-start',
  'no-cpu': 'unschedulable',
  'no-label': 'unschedulable',
  'no-program': 'fetch-failed inoperable-path',
  'no-secret': 'held-up',
  'not-found': 'fetch-failed ware-not-found',
  'out-of-memory': 'fetch-failed out-of-memory',
  plain: 'not-rewritten',
  running: 'running',
  'several-formulas': 'running',
  unmounted: 'fetch-failed inoperable-path',
  unready: 'not-ready',
  'wants-login': 'fetch-failed warehouse-unavailable',
  'warehouse-down': 'fetch-failed warehouse-unavailable',
}

test('every recording is explained', () => {
  expect(namesOfRecordings().sort()).toEqual(Object.keys(states).sort())
})

describe('a recorded pod', () => {
  test.each(Object.entries(states))('that is %s', async (name, state) => {
    const explanation = explainPod(readRecording(name))
    const { reason, category } = explanation.status ?? {}
    expect([reason, category].filter(Boolean).join(' ')).toBe(state)
    const text = printExplanation(explanation)
    await expect(text).toMatchFileSnapshot(join(recorded, `${name}.txt`))
  })

  test.each(namesOfRecordings())('tells no value of the environment: %s', (name) => {
    const facts = readRecording(name)
    const told = JSON.stringify(explainPod(facts))
    const values = memberArray(facts.pod['spec'], 'containers')
      .flatMap((container) => memberArray(container, 'env'))
      .filter((entry) => memberString(entry, 'name') !== 'R2K8S_FORMULA')
      .map((entry) => memberString(entry, 'value') ?? '')
    for (const value of values) expect(told).not.toContain(JSON.stringify(value))
    expect(told).not.toContain('hunter2')
  })
})

describe('a recorded workload without pods', () => {
  test.each([
    ['deployment', 'refused'],
    ['statefulset', 'refused'],
    ['job', 'refused'],
    ['zero', 'no-pods'],
    ['cronjob', 'no-pods'],
  ])('%s', async (name, reason) => {
    const explanation = explainWorkload(readWorkload(name))
    expect(explanation.status?.reason).toBe(reason)
    const text = printExplanation(explanation)
    await expect(text).toMatchFileSnapshot(join(recorded, `workload-${name}.txt`))
  })
})
