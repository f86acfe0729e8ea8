import { describe, expect, test } from 'vitest'
import {
  isObject,
  memberArray,
  type JsonObject,
  type JsonValue,
} from '../../../src/json.ts'
import {
  explainPod,
  type PodSurroundings,
} from '../../../src/plugin/explain/explain-pod.ts'
import { readRecording } from './recordings.ts'

const running = readRecording('running')
const corrupt = readRecording('corrupt')
const arm64 = readRecording('arm64')

/** Members of members are put beside those that are there. */
function merge(into: JsonObject, changes: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...into }
  for (const [name, value] of Object.entries(changes)) {
    const present = into[name]
    merged[name] = isObject(present) && isObject(value) ? merge(present, value) : value
  }
  return merged
}

function changed(facts: PodSurroundings, changes: JsonObject): PodSurroundings {
  return { ...facts, pod: merge(facts.pod, changes) }
}

const statusOf = (facts: PodSurroundings) => {
  const { status, nextStep } = explainPod(facts)
  return { ...status, next: nextStep }
}

/** The pod with its main container in this state, after `restarts`. */
function inState(state: JsonObject, restarts = 0, phase = 'Running'): PodSurroundings {
  const one = { name: 'app', ready: false, restartCount: restarts, state, lastState: {} }
  return changed(running, { status: { phase, containerStatuses: [one] } })
}

const waiting = (reason: string, message = '') => ({ waiting: { reason, message } })
const ended = (exitCode: number, reason = 'Error', message = '') => ({
  terminated: { exitCode, reason, message, startedAt: '', finishedAt: '' },
})

/** The pod whose fetcher ended with these last words. */
function failedFetch(category: string, message: string, hints?: string): PodSurroundings {
  const details = hints === undefined ? {} : { hints }
  const words = JSON.stringify({ category, message, details })
  return fetcherIn(ended(1, 'Error', words))
}

function fetcherIn(state: JsonObject): PodSurroundings {
  const one = { name: 'r2k8s-fetch', ready: false, restartCount: 0, state, lastState: {} }
  return changed(corrupt, { status: { initContainerStatuses: [one] } })
}

const runc =
  'OCI runtime create failed: runc create failed: unable to start container process: '

describe('a container that does not start', () => {
  test.each([
    [
      waiting('CreateContainerConfigError', 'secret "key" not found'),
      'container "app" cannot be set up: secret "key" not found',
      'create it; the pod goes on as soon as it is there',
    ],
    [
      waiting(
        'CreateContainerConfigError',
        'failed to prepare subPath for volumeMount "r2k8s-root-0" of container "app"',
      ),
      'container "app" cannot be set up: failed to prepare subPath for volumeMount "r2k8s-root-0" of container "app"',
      'the root was changed from outside: delete the pod, a new one gets a new root',
    ],
    [
      waiting(
        'RunContainerError',
        `${runc}exec: "serve": executable file not found in $PATH`,
      ),
      'container "app" cannot start: there is no program "serve" in its root',
      'correct the program or the wares of the formula, and push it',
    ],
    [
      ended(128, 'StartError', `${runc}exec /bin/app: exec format error`),
      'container "app" cannot start: "/bin/app" is no program for this type of machine',
      'correct the program or the wares of the formula, and push it',
    ],
    [
      waiting('CreateContainerError', `${runc}exec: "/www": permission denied`),
      'container "app" cannot start: "/www" is not executable, or the node forbids it',
      'correct the program or the wares of the formula, and push it',
    ],
    [
      waiting(
        'RunContainerError',
        `${runc}chdir to cwd ("/task") set in config.json failed: no such file or directory`,
      ),
      'container "app" cannot start: its working directory "/task" is not there',
      'correct workingDir of the container, or cwd in the formula',
    ],
    [
      waiting(
        'RunContainerError',
        `${runc}error mounting "/var/lib/x" to rootfs at "/etc/hosts": not a directory`,
      ),
      'container "app" cannot start: what is mounted at "/etc/hosts" does not fit there',
      'correct the volumeMounts of the container: a directory cannot be mounted onto a file, nor a file onto a directory',
    ],
    [
      waiting('RunContainerError', `${runc}no space left`),
      'container "app" cannot start: no space left',
      'correct what the runtime complains of',
    ],
  ])('%#: %j', (state, message, next) => {
    const { next: step, ...status } = statusOf(inState(state))
    expect(status).toEqual({ reason: 'cannot-start', message })
    expect(step?.text).toBe(next)
  })
})

test('an image that is never pulled has to be loaded', () => {
  const recording = readRecording('no-base-image')
  const containers = memberArray(recording.pod['spec'], 'containers').map((each) =>
    isObject(each) ? { ...each, imagePullPolicy: 'Never' } : each,
  )
  const one = { name: 'app', state: waiting('ErrImageNeverPull'), lastState: {} }
  const facts = changed(recording, {
    spec: { containers },
    status: { containerStatuses: [one] },
  })
  const { message, next } = statusOf(facts)
  expect(message).toContain('it is not there, and imagePullPolicy is Never')
  expect(next?.text).toBe('load it on the node')
})

describe('a program that ends', () => {
  test.each([
    [ended(137, 'OOMKilled'), 0, 'was killed for using more memory than it may'],
    [ended(137), 0, 'was ended by SIGKILL (a liveness probe, or the kernel)'],
    [ended(139), 0, 'was ended by SIGSEGV (it crashed)'],
    [ended(3), 2, 'ended with exit code 3, 3 times so far'],
  ])('%j', (state, restarts, words) => {
    const { message } = statusOf(inState(state, restarts))
    expect(message).toBe(`container "app" ${words}`)
  })

  test('is right to do so in a Job', () => {
    const facts = inState(ended(0, 'Completed'), 0, 'Succeeded')
    expect(statusOf(facts).reason).toBe('completed')
  })

  test('for lack of memory is given more', () => {
    const { next } = statusOf(inState(ended(137, 'OOMKilled')))
    expect(next?.text).toBe('raise resources.limits.memory of container "app"')
  })
})

describe('a fetcher that failed', () => {
  test.each([
    ['assembly-invalid', 'two inputs at "/data"', 'move one of its inputs'],
    ['assembly-invalid', 'cannot read the plan in R2K8S_PLAN: …', 'install fetcher'],
    ['filter-rejection', 'a device', 'set this filter to "ignore"'],
    ['local-cache-problem', 'the disk is full', 'let the pod go where the disk has room'],
    ['inoperable-path', 'cannot work in the volume: the disk is full', 'let the pod go'],
    ['job-invalid', 'its program "/a" cannot run', 'correct its program'],
    ['ware-hash-mismatch', 'it is another', 'delete this archive in the warehouse'],
    ['crash', 'this is a bug', 'please report it'],
    ['cancelled', 'it was told to end', 'look at its log'],
  ])('with %s, %s', (category, message, next) => {
    const { next: step, ...status } = statusOf(failedFetch(category, message))
    expect(status).toMatchObject({ reason: 'fetch-failed', category })
    expect(status.message).toBe(`the fetcher failed: ${message} [${category}]`)
    expect(step?.text).toContain(next)
  })

  test('without a word of its own is told by its exit code', () => {
    const { message, category } = statusOf(fetcherIn(ended(139)))
    expect(category).toBe('unknown')
    expect(message).toBe('the fetcher failed: it ended with exit code 139')
  })

  test.each([
    ['ware-not-found', 'store the ware in this warehouse'],
    ['ware-corrupt', 'delete this archive in the warehouse'],
  ])('with %s is told first what the fetcher proposes', (category, usual) => {
    const { next } = statusOf(failedFetch(category, 'not found', 'write it as ca+x'))
    expect(next?.text).toContain(`write it as ca+x; or ${usual}`)
  })

  test('keeps the paths that the annotation names already', () => {
    const hint = 'annotate the pod with r2k8s.io/extra-paths: "a b", or rewrite it'
    const { next } = statusOf(failedFetch('inoperable-path', 'at its top', hint))
    const value = '/www /linuxrc /data a b'
    expect(next?.annotation).toEqual({ name: 'r2k8s.io/extra-paths', value })
  })

  test.each([
    ['Deployment', `{"spec":{"template":{"metadata":{"annotations":`],
    ['CronJob', `{"spec":{"jobTemplate":{"spec":{"template":{"metadata":{"annotations":`],
  ])('is helped by a patch of its %s', (kind, patch) => {
    const owner = { kind, name: 'web' }
    const { next } = statusOf({ ...readRecording('out-of-memory'), owner })
    expect(next?.annotation).toBeUndefined()
    expect(next?.command).toContain(
      `kubectl patch ${kind.toLowerCase()}/web --type=merge -p '${patch}`,
    )
  })

  test('is helped by a new Job, whose template never changes', () => {
    const owner = { kind: 'Job', name: 'once' }
    const { next } = statusOf({ ...readRecording('unmounted'), owner })
    expect(next?.text).toContain(
      'pod template of job/once, delete it and create it again',
    )
  })

  test('with a Secret that does not help is told to make another', () => {
    const annotations = { 'r2k8s.io/warehouse-secret': 'login' }
    const facts = changed(readRecording('wants-login'), { metadata: { annotations } })
    expect(statusOf(facts).next).toEqual({
      text: 'the Secret "login" holds no login for this warehouse, or a wrong one: make it anew; the fetcher tries again by itself',
      command:
        'kubectl create secret generic login --from-file=netrc=FILE -n t-explain --dry-run=client -o yaml | kubectl apply -f -',
    })
  })

  test('is not tried again in a pod that never restarts', () => {
    const facts = changed(readRecording('warehouse-down'), {
      spec: { restartPolicy: 'Never' },
    })
    expect(statusOf(facts).next?.text).toContain('then create the pod again')
  })
})

describe('a pod without a node', () => {
  test('is judged by the words of the scheduler, where nodes may not be read', () => {
    const { pod, events, formulas, logs, now } = arm64
    const facts = { pod, events, formulas, logs, now }
    expect(statusOf(facts).message).toBe(
      "the formula's program is for arm64, and no node of the cluster is",
    )
  })

  test('is not blamed on the machine when there are such nodes', () => {
    const labels = { 'kubernetes.io/arch': 'arm64' }
    const facts = { ...arm64, nodes: [{ metadata: { labels } }] }
    expect(statusOf(facts).message).toBe(
      "no node takes it: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector",
    )
  })

  test('is not blamed on the formula when that is gone', () => {
    const facts = { ...arm64, formulas: new Map() }
    expect(statusOf(facts).message).toContain('the pod asks for nodes of arm64')
  })

  test('for the fetcher alone lets that request less', () => {
    const recording = readRecording('no-cpu')
    const spec = recording.pod['spec']
    const resources = (cpu: string) => ({ resources: { requests: { cpu } } })
    const facts = changed(recording, {
      spec: {
        containers: memberArray(spec, 'containers').map((each) =>
          isObject(each) ? { ...each, ...resources('1m') } : each,
        ),
        initContainers: memberArray(spec, 'initContainers').map((each) =>
          isObject(each) ? { ...each, ...resources('64') } : each,
        ),
      },
    })
    expect(statusOf(facts).next?.annotation).toEqual({
      name: 'r2k8s.io/fetch-resources',
      value: '{"requests":{"cpu":"0"}}',
    })
  })

  test('waits for its gates', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' },
    ]
    const spec = { schedulingGates: [{ name: 'example.com/quota' }] }
    const { message } = statusOf(changed(arm64, { spec, status: { conditions } }))
    expect(message).toContain('example.com/quota')
  })
})

describe('a pod that was evicted', () => {
  test.each([
    [
      'Container app exceeded its local ephemeral storage limit "1Gi". ',
      'raise resources.limits.ephemeral-storage of container "app"',
    ],
    [
      'Container r2k8s-fetch exceeded its local ephemeral storage limit "1Mi". ',
      'give the fetcher a higher limit: add',
    ],
    [
      'Usage of EmptyDir volume "r2k8s-root-0" exceeds the limit "6Mi". ',
      'leave securityContext.readOnlyRootFilesystem away',
    ],
    ['The node was low on resource: ephemeral-storage. ', 'free disk space on the node'],
    ['The node was low on resource: memory. ', 'create it again'],
  ])('%s', (message, next) => {
    const status = { phase: 'Failed', reason: 'Evicted', message }
    const { reason, next: step } = statusOf(changed(running, { status }))
    expect(reason).toBe('evicted')
    expect(step?.text).toContain(next)
  })
})

describe('a pod', () => {
  test('whose fetcher tries again says what failed before', () => {
    const words = JSON.stringify({
      category: 'ware-not-found',
      message: 'cannot fetch x',
    })
    const one = {
      name: 'r2k8s-fetch',
      ready: false,
      restartCount: 1,
      state: { running: { startedAt: '2026-11-21T14:56:50Z' } },
      lastState: ended(5, 'Error', words),
    }
    const facts = changed(corrupt, { status: { initContainerStatuses: [one] } })
    const { reason, message, next } = statusOf({ ...facts, logs: new Map() })
    expect(reason).toBe('fetching')
    expect(message).toBe(
      'the fetcher runs for 10s, attempt 2: nothing has come from the warehouses yet; the attempt before failed: cannot fetch x [ware-not-found]',
    )
    expect(next?.text).toContain('store the ware')
  })

  test('that runs between two crashes says so', () => {
    const one = {
      name: 'app',
      ready: true,
      restartCount: 2,
      state: { running: { startedAt: '' } },
      lastState: ended(3),
    }
    const { message } = statusOf(
      changed(running, { status: { containerStatuses: [one] } }),
    )
    expect(message).toContain('"app" was restarted 2 times: it ended with exit code 3')
  })

  test('that is deleted is let go', () => {
    const deletionTimestamp = '2026-11-21T15:00:00Z'
    const facts = changed(running, { metadata: { deletionTimestamp } })
    expect(statusOf(facts).reason).toBe('terminating')
  })

  test('whose image was not replaced was not sent to the webhook', () => {
    const containers = [{ name: 'app', image: 'repeatr:0/web' }]
    const facts = changed(readRecording('plain'), { spec: { containers } })
    const { message, next } = statusOf(facts)
    expect(message).toContain('container "app" still has the image repeatr:0/web')
    expect(next?.command).toBe('kubectl r2k8s doctor -n t-explain')
  })

  test('whose formula was made anew says so', () => {
    const spec = { id: 'other', dialect: 'timeless', source: '{}' }
    const formulas = new Map([['web', { kind: 'found', object: { spec } } as const]])
    const [container] = explainPod({ ...running, formulas }).rewrite?.containers ?? []
    expect(container?.formula).toEqual({ name: 'web', state: 'changed', id: 'other' })
    expect(container?.notes.map((note) => note.code)).not.toContain('no-index')
  })

  test('waits for what the node is doing', () => {
    const time = '2026-11-21T14:57:00Z'
    const pulling = {
      type: 'Normal',
      reason: 'Pulling',
      message: 'Pulling image "x"',
      time,
    }
    const facts = inState(waiting('ContainerCreating'), 0, 'Pending')
    expect(statusOf({ ...facts, events: [pulling] })).toMatchObject({
      reason: 'starting',
      message: 'container "app" is about to start; the node is pulling image "x"',
    })
  })

  test('that the kubelet ended says why', () => {
    const status = { phase: 'Failed', reason: 'NodeShutdown', message: 'bye' }
    const { message } = statusOf(changed(running, { status }))
    expect(message).toBe('it failed: NodeShutdown: bye')
  })
})
