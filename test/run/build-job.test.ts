// Each directory under test/run/jobs/ is a case: a formula and, in order.json, what a run of it is asked
// to be go in; job.yaml is the Job that must come out. To add a case, write both and run `make golden`.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readFetchPlan } from '../../src/agent/read-fetch-plan.ts'
import { readPackPlan } from '../../src/agent/read-pack-plan.ts'
import {
  memberArray,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../../src/json.ts'
import { planVariable } from '../../src/mutate/fetch-plan.ts'
import { packPlanVariable, waitForVariable } from '../../src/mutate/pack-plan.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import { defaultSettings, type Settings } from '../../src/mutate/settings.ts'
import { buildJob } from '../../src/run/build-job.ts'
import { readJob } from '../../src/run/job-state.ts'
import { orderOutputs, type Save } from '../../src/run/order-outputs.ts'
import type { OnDisconnect, RunOrder } from '../../src/run/run-order.ts'
import { formulaOf } from '../formula/read.ts'
import { at, text } from '../mutate/parts.ts'

const root = join(import.meta.dirname, 'jobs')
const cases = readdirSync(root)

interface Case {
  readonly onDisconnect?: OnDisconnect
  readonly timeoutSeconds?: number
  readonly packTimeoutSeconds?: number
  readonly ttlSeconds?: number
  readonly save?: readonly Save[]
  /** The run has credentials of its own. */
  readonly credentials?: true
  /** The name of one that is there. */
  readonly secret?: string
  readonly interactive?: 'input' | 'terminal'
  readonly settings?: Partial<Settings>
}

function orderOf(directory: string, change: Case = {}): RunOrder {
  const read = (file: string) => readFileSync(join(root, directory, file), 'utf8')
  const given: Case = { ...(JSON.parse(read('order.json')) as Case), ...change }
  const formula = formulaOf(read('build.formula'))
  const settings = { ...defaultSettings('1.0.0'), ...given.settings }
  const { outputs, fetched } = orderOutputs(formula, given.save ?? [], '/r2k8s/0')
  return {
    about: {
      guid: '0c8kq3vz-h38dytp5-0q9m2x7e',
      name: 'build-0q9m2x7e',
      formula: 'build.formula',
      formulaId: formula.id,
      dialect: formula.dialect,
      time: 1_795_282_183,
      onDisconnect: given.onDisconnect ?? 'finish',
      timeoutSeconds: given.timeoutSeconds ?? 86_400,
      leaseSeconds: 120,
      outputs: formula.outputs.map(({ name }) => name),
      fetched,
    },
    prepared: prepareFormula({ formula, indexes: new Map() }, { settings, sources: [] }),
    ...{ outputs, settings, version: '1.0.0' },
    packTimeoutSeconds: given.packTimeoutSeconds ?? 3600,
    ttlSeconds: given.ttlSeconds ?? 300,
    sent: [],
    hasSecret: given.credentials === true,
    ...(given.secret !== undefined && { secret: given.secret }),
    ...(given.interactive !== undefined && { interactive: given.interactive }),
  }
}

const podSpec = (job: JsonObject) => at(job, 'spec', 'template', 'spec')

function container(job: JsonObject, name: string): JsonValue | undefined {
  const all = ['initContainers', 'containers'].flatMap((list) =>
    memberArray(podSpec(job), list),
  )
  return all.find((each) => memberString(each, 'name') === name)
}

/** As the program in the container is given it. */
function variable(job: JsonObject, name: string, which: string): string {
  const env = memberArray(container(job, name), 'env')
  const found = env.find((each) => memberString(each, 'name') === which)
  return text(at(found, 'value')).replaceAll('$$', '$')
}

test.each(cases)('the case %s has no files that nobody reads', (name) => {
  expect(readdirSync(join(root, name)).sort()).toEqual([
    ...['build.formula', 'job.yaml', 'order.json'],
  ])
})

describe.each(cases)('the Job of the case %s', (name) => {
  const order = orderOf(name)
  const { job } = buildJob(order)

  test('is as expected', async () => {
    const yaml = stringify(job, { lineWidth: 0, aliasDuplicateObjects: false })
    await expect(yaml).toMatchFileSnapshot(join(root, name, 'job.yaml'))
  })

  test('ends, and goes away, whoever is there', () => {
    expect(at(job, 'spec', 'ttlSecondsAfterFinished')).toBe(order.ttlSeconds)
    expect(at(job, 'spec', 'activeDeadlineSeconds')).toBeGreaterThan(0)
    expect(at(podSpec(job), 'terminationGracePeriodSeconds')).toBeGreaterThan(0)
    expect(at(job, 'spec', 'backoffLimit')).toBe(0)
    expect(at(podSpec(job), 'restartPolicy')).toBe('Never')
  })

  test('tells whoever comes back what it is', () => {
    expect(readJob(job).about).toEqual(order.about)
    expect(at(job, 'metadata', 'labels', 'r2k8s.io/run')).toBe(order.about.guid)
    expect(at(job, 'spec', 'template', 'metadata', 'labels', 'r2k8s.io/run')).toBe(
      order.about.guid,
    )
  })

  test('gives fetcher and packer orders that they understand', () => {
    expect(readFetchPlan(variable(job, 'r2k8s-fetch', planVariable)).roots).toHaveLength(
      1,
    )
    const plan = readPackPlan(variable(job, 'r2k8s-pack', packPlanVariable))
    expect(plan.outputs).toEqual(order.outputs)
    expect(plan.timeoutSeconds).toBe(order.packTimeoutSeconds)
  })

  test('gives the packer nothing that the fetcher has not', () => {
    const [fetch, pack] = ['r2k8s-fetch', 'r2k8s-pack'].map((each) =>
      container(job, each),
    )
    expect(at(pack, 'volumeMounts')).toEqual(at(fetch, 'volumeMounts'))
    const { capabilities, ...others } = at(pack, 'securityContext') as JsonObject
    expect(at(fetch, 'securityContext')).toMatchObject(others)
    const added = (of: JsonValue | undefined) => memberArray(of, 'add')
    const allowed = added(at(fetch, 'securityContext', 'capabilities'))
    for (const each of added(capabilities)) expect(allowed).toContain(each)
    expect(at(capabilities, 'drop')).toEqual(['ALL'])
    expect(at(podSpec(job), 'automountServiceAccountToken')).toBe(false)
  })
})

describe('the client', () => {
  test('that is gone leaves a run to its time, or lets it die at the end of its lease', () => {
    const deadline = (change: Case) =>
      Number(at(buildJob(orderOf('finish', change)).job, 'spec', 'activeDeadlineSeconds'))
    const timeoutSeconds = 5000
    expect(deadline({ timeoutSeconds })).toBeGreaterThanOrEqual(timeoutSeconds)
    expect(deadline({ timeoutSeconds })).toBeLessThan(timeoutSeconds + 60)
    const dies = { onDisconnect: 'die' } as const
    expect(deadline({ ...dies, timeoutSeconds })).toBe(120)
    expect(deadline({ ...dies, timeoutSeconds: 60 })).toBe(60)
  })
})

describe('the packer', () => {
  const names = (job: JsonObject, list: string) =>
    memberArray(podSpec(job), list).map((each) => text(at(each, 'name')))

  test('is told by the kubelet, unless the run shall die: then by the client', () => {
    const finish = buildJob(orderOf('finish')).job
    expect(names(finish, 'initContainers')).toEqual(['r2k8s-pack', 'r2k8s-fetch'])
    expect(at(container(finish, 'r2k8s-pack'), 'restartPolicy')).toBe('Always')
    expect(variable(finish, 'r2k8s-pack', packPlanVariable)).not.toContain('"begin"')
    const die = buildJob(orderOf('die')).job
    expect(names(die, 'containers')).toEqual(['action', 'r2k8s-pack'])
    expect(at(container(die, 'r2k8s-pack'), 'restartPolicy')).toBeUndefined()
    expect(variable(die, 'r2k8s-pack', packPlanVariable)).toContain('"begin":"told"')
  })

  test('that is a sidecar starts first, and the fetcher waits until it listens', () => {
    const finish = buildJob(orderOf('finish')).job
    const { ready } = readPackPlan(variable(finish, 'r2k8s-pack', packPlanVariable))
    expect(ready).toBeDefined()
    expect(variable(finish, 'r2k8s-fetch', waitForVariable)).toBe(ready)
    const die = buildJob(orderOf('die')).job
    expect(variable(die, 'r2k8s-fetch', waitForVariable)).toBe('')
  })

  test('has the time for packing, and an action that shall die has not', () => {
    const grace = (change: Case) =>
      at(
        podSpec(buildJob(orderOf('finish', change)).job),
        'terminationGracePeriodSeconds',
      )
    expect(grace({ packTimeoutSeconds: 99 })).toBe(99)
    expect(grace({ packTimeoutSeconds: 99, onDisconnect: 'die' })).toBe(5)
  })

  test('asks for no more memory than it may have', () => {
    const resources = (memory: string) => {
      const limits = { cpu: '1', memory }
      const settings = { fetchResources: { requests: limits, limits } }
      const { job } = buildJob(orderOf('finish', { settings }))
      return at(container(job, 'r2k8s-pack'), 'resources')
    }
    expect(resources('16Mi')).toMatchObject({ requests: { memory: '16Mi' } })
    expect(resources('1Gi')).toMatchObject({ requests: { memory: '32Mi' } })
  })

  test('gets a text with "$(NAME)" as it is', () => {
    const { prepared, outputs, ...order } = orderOf('finish')
    const odd = outputs.map((output) => ({ ...output, path: '/task/$(HOME)$$x' }))
    const { job } = buildJob({ ...order, prepared, outputs: odd })
    const plan = readPackPlan(variable(job, 'r2k8s-pack', packPlanVariable))
    expect(plan.outputs[0]?.path).toBe('/task/$(HOME)$$x')
    const written = text(at(container(job, 'r2k8s-pack'), 'env', 0, 'value'))
    expect(written).not.toMatch(/(^|[^$])(\$\$)*\$\(/)
  })
})

describe('credentials', () => {
  const secretOf = (job: JsonObject) => JSON.stringify(at(podSpec(job), 'volumes'))

  test('of the run are waited for', () => {
    const { job } = buildJob(orderOf('finish', { credentials: true }))
    expect(at(job, 'spec', 'suspend')).toBe(true)
    expect(secretOf(job)).toContain('"secretName":"build-0q9m2x7e-warehouse"')
  })

  test('that are there already are used at once', () => {
    const { job } = buildJob(orderOf('finish', { secret: 'wares' }))
    expect(at(job, 'spec', 'suspend')).toBeUndefined()
    expect(secretOf(job)).toContain('"secretName":"wares"')
  })

  test('are nowhere when there are none', () => {
    expect(secretOf(buildJob(orderOf('finish')).job)).not.toContain('secret')
  })
})

describe('the action', () => {
  const streams = (change: Case) => {
    const { job } = buildJob(orderOf('finish', change))
    const [action, ...others] = ['action', 'r2k8s-fetch', 'r2k8s-pack'].map((name) => {
      const { stdin, stdinOnce, tty } = container(job, name) as JsonObject
      return { stdin, stdinOnce, tty }
    })
    expect(others).toEqual([{}, {}])
    return action
  }

  test('reads nothing unless it is asked for', () => {
    expect(streams({})).toEqual({})
  })

  test('has an input that ends with its connection', () => {
    expect(streams({ interactive: 'input' })).toEqual({ stdin: true, stdinOnce: true })
  })

  test('has a terminal that outlives a connection', () => {
    expect(streams({ interactive: 'terminal' })).toEqual({ stdin: true, tty: true })
  })
})

test('a formula that no pod may run is refused', () => {
  const settings = { allowedPolicies: [] }
  const { prepared, ...order } = orderOf('finish', { settings })
  expect(prepared.refusals).not.toEqual([])
  expect(() => buildJob({ ...order, prepared })).toThrow(
    /^cannot [^/]*do not allow its policy "routine"$/, // no place in a Job that nobody has written
  )
})
