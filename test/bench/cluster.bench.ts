// On a cluster: (g) what the API server itself measures of the webhook, and (h) how long pods take from
// apply to Running.

import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createApiClient,
  type ApiClient,
  type Resource,
} from '../../src/cluster/api-client.ts'
import { openConnection } from '../../src/cluster/api-connection.ts'
import { readKubeconfigAccess } from '../../src/cluster/kubeconfig-access.ts'
import { watch } from '../../src/cluster/watch.ts'
import { member, memberArray, memberString, type JsonObject } from '../../src/json.ts'
import { setUpLab, type Lab } from '../e2e/set-up-lab.ts'
import { startLoad } from '../e2e/load.ts'
import { median, printTable, type Row } from './measure.ts'

const namespace = 'r2k8s-bench'
const pods: Resource = { apiVersion: 'v1', plural: 'pods', namespaced: true }

export async function benchCluster(): Promise<void> {
  const { lab, tearDown } = await setUpLab()
  const access = await readKubeconfigAccess({ env: {}, kubeconfig: lab.kubeconfig })
  const connection = openConnection(access, { userAgent: 'r2k8s-bench' })
  const client = createApiClient(connection)
  const kubectl = (...args: readonly string[]) =>
    execFileSync(lab.kubectl, ['--kubeconfig', lab.kubeconfig, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  kubectl('create', 'namespace', namespace)
  try {
    await measureAdmission(client, lab)
    await measureStart(client, lab)
  } finally {
    kubectl('delete', 'namespace', namespace, '--wait=false')
    await connection.close()
    tearDown()
  }
}

const loadSeconds = 30
const perSecond = 100

async function measureAdmission(client: ApiClient, lab: Lab): Promise<void> {
  const image = pushFormula(lab, 'load', packRoot(lab, 0))
  const { kubeconfig } = lab
  const load = await startLoad({ kubeconfig, namespace, image, perSecond })
  await pause(3_000)
  const before = await readBuckets(client)
  await pause(loadSeconds * 1000)
  const after = await readBuckets(client)
  const report = await load.stop()
  const count = (le: string) => (after.get(le) ?? 0) - (before.get(le) ?? 0)
  const all = count('+Inf')
  const row = (le: string, what: string, goal: number): Row => ({
    what: `within ${what}, of ${all}`,
    figure: `${((count(le) / all) * 100).toFixed(2)} %`,
    goal: `≥ ${goal} %`,
    met: (count(le) / all) * 100 >= goal,
  })
  printTable(`(g) admission as the API server sees it, ${perSecond} creates per second`, [
    row('0.005', '5 ms', 95),
    row('0.025', '25 ms', 99.9),
    {
      what: 'failed',
      figure: String(report.failures.length),
      goal: '0',
      met: report.failures.length === 0,
    },
  ])
}

/** Of the histogram of our webhook, by upper bound. */
async function readBuckets(client: ApiClient): Promise<Map<string, number>> {
  const response = await client.connection.send({ method: 'GET', path: '/metrics' })
  const text = await response.body.text()
  const line =
    /^apiserver_admission_webhook_admission_duration_seconds_bucket\{(.*)\} (\d+)$/gm
  const buckets = new Map<string, number>()
  for (const [, labels = '', value] of text.matchAll(line)) {
    if (!labels.includes('name="pods.mutate.r2k8s.io"')) continue
    const le = /le="([^"]+)"/.exec(labels)?.[1] ?? ''
    buckets.set(le, (buckets.get(le) ?? 0) + Number(value))
  }
  return buckets
}

const rounds = 10

async function measureStart(client: ApiClient, lab: Lab): Promise<void> {
  const small = pushFormula(lab, 'small', packRoot(lab, 5))
  const large = pushFormula(lab, 'large', packRoot(lab, 100))
  const plain = { name: 'app', image: lab.pauseImage }
  const mounts = ['bin', 'etc', 'var', 'data'].map((name) => ({
    name: 'root',
    mountPath: `/r/${name}`,
    subPath: `root/${name}`,
  }))
  const specs: Record<string, JsonObject> = {
    plain: { containers: [plain] },
    init: {
      initContainers: [
        {
          name: 'init',
          image: lab.agentImage,
          command: ['/usr/local/bin/node', '--version'],
          volumeMounts: [{ name: 'root', mountPath: '/r' }],
        },
      ],
      containers: [{ ...plain, volumeMounts: mounts }],
      volumes: [{ name: 'root', emptyDir: {} }],
    },
    small: { containers: [{ name: 'app', image: small }] },
    large: { containers: [{ name: 'app', image: large }] },
  }
  const times: Record<string, number[]> = {}
  for (let round = 0; round <= rounds; round++) {
    for (const [name, spec] of Object.entries(specs)) {
      const seconds = await timeStart(client, `${name}-${round}`, spec)
      if (round > 0) (times[name] ??= []).push(seconds) // the first one fills caches
    }
  }
  const of = (name: string) => median(times[name] ?? [])
  const above = (name: string, goal: number): Pick<Row, 'ratio' | 'goal' | 'met'> => ({
    ratio: `${(of(name) - of('init')).toFixed(2)} s above (ii)`,
    goal: `≤ ${goal} s`,
    met: of(name) - of('init') <= goal,
  })
  printTable(`(h) from apply to Running, median of ${rounds}`, [
    { what: '(i) plain pod, preloaded image', figure: `${of('plain').toFixed(2)} s` },
    {
      what: '(ii) with an init container that does nothing, and subPath mounts',
      figure: `${of('init').toFixed(2)} s`,
    },
    {
      what: '(iii) formula, 5 MB',
      figure: `${of('small').toFixed(2)} s`,
      ...above('small', 0.5),
    },
    {
      what: '(iii) formula, 100 MB',
      figure: `${of('large').toFixed(2)} s`,
      ...above('large', 2),
    },
  ])
}

/** Seconds until the container runs, as a watch tells it; then the pod is gone. */
async function timeStart(
  client: ApiClient,
  name: string,
  spec: JsonObject,
): Promise<number> {
  const place = { resource: pods, namespace }
  const over = new AbortController()
  let seen: () => void = () => undefined
  const running = new Promise<void>((resolve) => (seen = resolve))
  const look = (pod: JsonObject) => {
    if (memberString(member(pod, 'metadata'), 'name') !== name) return
    const [container] = memberArray(pod['status'], 'containerStatuses')
    if (member(member(container, 'state'), 'running') !== undefined) seen()
  }
  const watcher = {
    listed: () => undefined,
    changed: (_: string, pod: JsonObject) => {
      look(pod)
    },
  }
  const watching = watch(client, place, watcher, { signal: over.signal })
  await pause(200) // until the watch is there
  const began = performance.now()
  const created = await client.create(place, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { ...spec, terminationGracePeriodSeconds: 0 },
  })
  if (created.kind === 'refused') throw new Error(created.message)
  await Promise.race([running, pause(60_000)])
  const seconds = (performance.now() - began) / 1000
  over.abort()
  await watching
  await client.remove({ ...place, name }, { graceSeconds: 0 })
  await pause(1_000)
  return seconds
}

/** A ware of about as many megabytes unpacked, half of which compresses. */
function packRoot(lab: Lab, megabytes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-bench-'))
  try {
    for (const name of ['bin', 'etc', 'var', 'data']) mkdirSync(join(directory, name))
    execFileSync('cp', [lab.busybox, join(directory, 'bin/busybox')])
    const bytes = Buffer.alloc(64 * 1024)
    for (let i = 0; i < megabytes * 16; i++) {
      randomFillSync(bytes, 0, bytes.length / 2)
      writeFileSync(join(directory, 'data', String(i)), bytes)
    }
    const target = `ca+file://${lab.wares}`
    const args = ['ware', 'pack', 'tar', directory, '--target', target]
    return execFileSync(lab.program, args, { encoding: 'utf8' }).trim()
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function pushFormula(lab: Lab, name: string, root: string): string {
  const formula = {
    formula: {
      inputs: { '/': root },
      action: { exec: ['/bin/busybox', 'sleep', '999'] },
    },
    context: { fetchUrls: { '/': [lab.warehouse] } },
  }
  const file = join(lab.wares, `${name}.formula`)
  writeFileSync(file, JSON.stringify(formula))
  const args = ['push', file, '--kubeconfig', lab.kubeconfig, '-n', namespace]
  return execFileSync(lab.program, args, { encoding: 'utf8' }).trim()
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
