import { describe, expect, test } from 'vitest'
import { describeProblem } from '../../src/errors.ts'
import { judgeRun, type RunEnd, type RunView } from '../../src/run/judge.ts'
import type { EndedContainer, PodState } from '../../src/run/pod-state.ts'
import { exitCodeOf } from '../../src/run/exit-code.ts'
import { namesOfRecordings, recordedBefore, recordedRun } from './recordings.ts'

function tell(end: RunEnd | undefined): string {
  if (end === undefined) return 'it goes on'
  const problem = end.problem === undefined ? [] : [describeProblem(end.problem)]
  if (end.kind === 'failed') return problem.join()
  const { exitCode, isOutOfMemory } = end
  const words = [`exit code ${exitCode}`, ...(isOutOfMemory ? ['out of memory'] : [])]
  return [...words, ...problem].join('; ')
}

function codes(end: RunEnd | undefined): number[] {
  if (end === undefined) return []
  return [exitCodeOf(end, 'repeatr'), exitCodeOf(end, 'passthrough')]
}

const runc =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc ' +
  'create failed: unable to start container process: error during container init: exec:'
const ware = 'tar:A3UCUaJfSyQAAiAt1y1EuzZxHssaFoDXqPmszp2wNHnjf1jEW56SSZkuckzDyxwH4c'
const late = 'cannot finish the run: its time is over'
const deleted = 'cannot finish the run: its pod was deleted'

const ends: Record<string, [told: string, repeatr: number, passthrough: number]> = {
  completed: ['exit code 0', 0, 0],
  'exit-3': ['exit code 3', 32, 3],
  killed: ['exit code 137', 32, 137],
  'out-of-memory': ['exit code 137; out of memory', 32, 137],
  'no-program': [
    `cannot start the action: ${runc} "/no/such": stat /no/such: no such file or directory`,
    ...([40, 127] as const),
  ],
  'not-executable': [
    `cannot start the action: ${runc} "/etc/passwd": permission denied`,
    ...([40, 126] as const),
  ],
  evicted: [
    'cannot finish the run: its pod was ended: Evicted, Pod ephemeral local storage usage exceeds the ' +
      'total limit of containers 20Mi',
    ...([42, 137] as const),
  ],
  overdue: [late, 42, 137],
  'overdue-while-fetching': [late, 42, 125],
  'no-node': [late, 42, 125],
  deleted: [deleted, 42, 137],
  'deleted-at-once': [deleted, 42, 137],
  'deleted-while-fetching': [deleted, 42, 125],
  'job-deleted': [deleted, 42, 137],
  drained: [
    'cannot finish the run: its pod was ended: Eviction API: evicting',
    ...([42, 137] as const),
  ],
  'ware-not-found': [
    `cannot fetch ${ware}: "ca+http://wares.example/none": wares.example answers with HTTP status 404 ` +
      '(not found)',
    ...([5, 125] as const),
  ],
  'fetcher-out-of-memory': [
    'cannot fetch the wares: it took more memory than its limit and was killed (OOMKilled)',
    ...([42, 125] as const),
  ],
  'not-packed': [
    'exit code 0; cannot pack "/r2k8s/0/root/task/out": "ca+http://wares.example:1": ' +
      'wares.example:1 refuses connections',
    ...([4, 125] as const),
  ],
  'sixty-outputs': ['exit code 0', 0, 0],
}

const goesOn = ['running', 'no-image']

describe('a run of a real cluster', () => {
  test.each(Object.entries(ends))('that is %s', (name, [told, ...expected]) => {
    const end = judgeRun(recordedRun(name))
    expect(tell(end)).toBe(told)
    expect(codes(end)).toEqual(expected)
  })

  test.each(['deleted', 'drained', 'overdue'])(
    'is not judged otherwise when it is looked at earlier: %s',
    (name) => {
      const earlier = recordedBefore(name)
      expect(earlier).not.toEqual([])
      for (const view of earlier)
        expect(judgeRun(view)).toEqual(judgeRun(recordedRun(name)))
    },
  )

  test.each(goesOn)('goes on: %s', (name) => {
    expect(judgeRun(recordedRun(name))).toBeUndefined()
  })

  test('is in one of these tables', () => {
    expect(namesOfRecordings().sort()).toEqual([...Object.keys(ends), ...goesOn].sort())
  })

  test('has its results with it, or in the log of its packer', () => {
    const resultsOf = (name: string) => {
      const end = judgeRun(recordedRun(name))
      return end?.kind === 'action-ended' ? end.results : 'failed'
    }
    const none = ['/task/none', 'tar:-'] as const
    expect(resultsOf('completed')).toEqual(
      new Map([
        none,
        [
          '/task/out',
          'tar:3eJZSQYfHUGM7dWJ5FnE42j3wvtkKjhhdKax8rK4EaBuEpS8FdLXfjMjwYfziu1rSW',
        ],
      ]),
    )
    expect(resultsOf('exit-3')).toHaveProperty('size', 2)
    expect(resultsOf('not-packed')).toEqual(new Map([none]))
    expect(resultsOf('sixty-outputs')).toBeUndefined()
  })

  test('knows its node', () => {
    expect(judgeRun(recordedRun('completed'))).toMatchObject({ node: 'node' })
  })
})

/** A recorded run, its pod changed. */
function changed(name: string, change: Partial<PodState>): RunView {
  const { job, pod } = recordedRun(name)
  return { job, pod: { ...pod, ...change } }
}

function ended(change: Partial<EndedContainer>): EndedContainer {
  return {
    kind: 'ended',
    exitCode: 0,
    finishedAt: 1000,
    reason: 'Completed',
    message: '',
    ...change,
  }
}

const killed = ended({ exitCode: 137, reason: 'Error' })
const preempted = { reason: 'PreemptionByScheduler', why: 'preempted by a pod' }

describe('who has ended the action', () => {
  const packedByHand = { pack: ended({ message: '{"results":{}}' }), phase: 'Failed' }
  const byItself = 'exit code 137'
  const end = (change: Partial<PodState>) =>
    tell(judgeRun(changed('completed', { ...packedByHand, ...change })))

  test.each<[string, Partial<PodState>, string]>([
    ['it was deleted later', { action: killed, deletedAt: 1001 }, byItself],
    ['it was deleted before', { action: killed, deletedAt: 999 }, deleted],
    ['it was deleted in the same second', { action: killed, deletedAt: 1000 }, deleted],
    [
      'it was deleted, and ends well',
      { action: ended({ exitCode: 0 }), deletedAt: 999 },
      deleted,
    ],
    [
      'it was deleted, nobody knows when, and it was killed',
      { action: killed, deletedAt: 1001, isDeletedForGood: true },
      deleted,
    ],
    [
      'it was deleted, nobody knows when, and it ended by itself',
      { action: ended({ exitCode: 3 }), deletedAt: 1001, isDeletedForGood: true },
      'exit code 3',
    ],
    [
      'it was preempted',
      { action: killed, disruption: { ...preempted, at: 1000 } },
      'cannot finish the run: its pod was ended: preempted by a pod',
    ],
    [
      'it was preempted while it packed',
      { action: killed, disruption: { ...preempted, at: 1001 } },
      byItself,
    ],
    [
      'it was evicted, nobody knows when, and took too much memory itself',
      { action: { ...killed, reason: 'OOMKilled' }, reason: 'Evicted' },
      `${byItself}; out of memory`,
    ],
    [
      'the kubelet has lost it',
      { action: ended({ exitCode: 137, reason: 'ContainerStatusUnknown' }) },
      'cannot finish the run: its pod is Failed, and says nothing of its containers',
    ],
  ])('%s', (_, change, told) => {
    expect(end(change)).toBe(told)
  })
})

describe('a node that is lost', () => {
  const reason = {
    reason: 'NodeLost',
    message: 'Node n1 which was running pod x is unresponsive',
  }

  test('may come back', () => {
    expect(judgeRun(changed('running', { ...reason, deletedAt: 1000 }))).toBeUndefined()
  })

  test('has ended the run when its pod is taken away', () => {
    const end = judgeRun(changed('running', { ...reason, deletedAt: 1000, isGone: true }))
    expect(tell(end)).toBe(
      'cannot finish the run: its pod was ended: NodeLost, Node n1 which was running pod x is unresponsive',
    )
    expect(codes(end)).toEqual([42, 137])
  })

  test('has ended the run when the cluster counts its pod as failed', () => {
    const reason = 'DeletionByPodGC'
    const disruption = { reason, why: 'PodGC: node no longer exists', at: 1000 }
    const end = judgeRun(changed('running', { phase: 'Failed', disruption }))
    expect(tell(end)).toBe(
      'cannot finish the run: its pod was ended: PodGC: node no longer exists',
    )
  })
})

describe('packing', () => {
  test('is waited for when the action has ended', () => {
    const change = { phase: 'Running', pack: { kind: 'running' } as const }
    expect(judgeRun(changed('exit-3', change))).toBeUndefined()
  })

  test('that left no word is a problem beside the exit code', () => {
    const end = judgeRun(changed('exit-3', { pack: { kind: 'running' } }))
    expect(tell(end)).toBe(
      'exit code 3; cannot pack the outputs: the packer has left no word',
    )
    expect(codes(end)).toEqual([42, 3])
  })

  test('that left a word nobody understands is a problem, too', () => {
    const end = judgeRun(
      changed('completed', { pack: ended({ message: '{"results":' }) }),
    )
    expect(tell(end)).toBe(
      'exit code 0; cannot pack the outputs: its last word cannot be read',
    )
    expect(codes(end)).toEqual([42, 125])
  })

  test('that was cut short tells who did it', () => {
    const { pack } = recordedRun('evicted').pod
    const change = { pack, reason: 'Evicted', message: 'The node was low on memory.' }
    const end = judgeRun(changed('exit-3', change))
    expect(tell(end)).toBe(
      'exit code 3; cannot pack the outputs: its pod was ended: Evicted, The node was low on memory',
    )
  })
})

describe('without a pod', () => {
  const { job } = recordedRun('overdue')

  test('a run waits for it', () => {
    expect(judgeRun({ job: recordedRun('running').job, pod: undefined })).toBeUndefined()
  })

  test('a run has failed when its Job has', () => {
    const end = judgeRun({ job, pod: undefined })
    expect(tell(end)).toBe(late)
    expect(codes(end)).toEqual([42, 125])
  })

  test('a run is over when its Job is done, or gone', () => {
    const done = recordedRun('completed').job
    expect(tell(judgeRun({ job: done, pod: undefined }))).toBe(
      'cannot finish the run: its pod is gone, and its results with it',
    )
    expect(tell(judgeRun({ job: undefined, pod: undefined }))).toBe(
      'cannot finish the run: its Job was deleted',
    )
  })
})

test('a run is over when its pod is gone, whatever it was at', () => {
  for (const name of ['running', 'no-image']) {
    const end = judgeRun(changed(name, { isGone: true }))
    expect(tell(end)).toBe('cannot finish the run: its pod is gone')
  }
})
