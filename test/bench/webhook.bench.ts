// (e) The whole webhook, as a program, against a bare handler of Go that answers a fixed patch of the
// same size; (f) the same program with more and more Formulas.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { formulaManifest } from './formula-manifest.ts'
import { startFakeCluster, type FakeCluster } from './fake-cluster.ts'
import { askOnce, load } from './load.ts'
import { makeCertificate } from './make-certificate.ts'
import { median, printTable, type Row } from './measure.ts'
import { podReview, podSizes, type PodSize } from './reviews.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'

const seconds = 1
const rounds = 7
/** As manifests/webhook.yaml has it. */
const heapFlags = ['--max-old-space-size=112', '--max-semi-space-size=8']
const memoryLimit = 256

interface Webhook extends ServerProcess {
  readonly port: number
  /** Until the API server may send it something. */
  readonly secondsToReady: number
  readonly cluster: FakeCluster
  /** The group whose limit of memory it is under. */
  readonly cgroup: string | undefined
}

export async function benchWebhook(directory: string): Promise<void> {
  const bundle = await bundleWebhook(directory)
  pinTo(1)
  try {
    const go = buildGo(directory)
    if (go === undefined) process.stdout.write('NOT MEASURED against Go: there is none\n')
    else await againstGo(bundle, go, directory)
    await withFormulas(bundle)
  } finally {
    pinTo('0-1')
  }
}

async function againstGo(bundle: string, go: string, directory: string): Promise<void> {
  const rows: Row[] = []
  for (const { name, ...size } of podSizes) {
    if (name === '18 KB') continue
    const bodies = podsOfOneWorkload(size)
    const goal = name === '4 KB' ? 1.5 : 1.7
    const memoryGoal = name === '4 KB' ? 128 : memoryLimit
    const webhook = await startWebhook(bundle, 1)
    const patch = await patchOf(webhook.port, bodies[0] ?? '')
    writeFileSync(`${directory}/patch`, patch)
    const [key, cert] = makeCertificate(directory)
    const yardstick = startServerProcess([go, key, cert, `${directory}/patch`], {
      core: 0,
    })
    const port = Number(await yardstick.firstLine())
    const pairs: { ours: Measured; theirs: Measured }[] = []
    for (let round = 0; round <= rounds; round++) {
      const theirs = await measure(yardstick, port, bodies)
      const ours = await measure(webhook, webhook.port, bodies)
      if (round > 0) pairs.push({ ours, theirs }) // the first one is a warm-up
    }
    for (const [figure, what] of figures) {
      const ratio = median(pairs.map(({ ours, theirs }) => ours[figure] / theirs[figure]))
      const ours = median(pairs.map((pair) => pair.ours[figure]))
      const theirs = median(pairs.map((pair) => pair.theirs[figure]))
      rows.push({
        what: `${name}, 20 connections, ${what}`,
        figure: `${ours.toFixed(0)}, Go ${theirs.toFixed(0)}`,
        ratio: `${ratio.toFixed(2)} × Go`,
        goal: `≥ ${goal} ×`,
        met: ratio >= goal,
      })
    }
    const peak = webhook.peakMemory()
    const limited =
      webhook.cgroup !== undefined ? `, under a limit of ${memoryLimit} MB` : ''
    rows.push({
      what: `${name}, highest memory${limited}`,
      figure: `${peak.toFixed(0)} MB, Go ${yardstick.peakMemory().toFixed(0)} MB`,
      goal: `≤ ${memoryGoal} MB`,
      met: webhook.isRunning() && peak <= memoryGoal,
    })
    await yardstick.stop()
    await stopWebhook(webhook)
  }
  printTable('(e) the whole webhook over TLS, against net/http of Go', rows)
}

/** No two of which are the same to the letter. */
function podsOfOneWorkload(size: PodSize): string[] {
  return Array.from({ length: 64 }, (_, i) => podReview('repeatr:0/web', size, i))
}

interface Measured {
  readonly perSecond: number
  /** Requests that one second of the server's CPU serves: steady where the client is the slower one. */
  readonly perCpuSecond: number
}

const figures = [
  ['perSecond', 'per second'],
  ['perCpuSecond', 'per CPU second'],
] as const

async function measure(
  server: ServerProcess,
  port: number,
  bodies: readonly string[],
): Promise<Measured> {
  const before = await server.cpuSeconds()
  const { perSecond, requests } = await load(port, bodies, seconds)
  return { perSecond, perCpuSecond: requests / ((await server.cpuSeconds()) - before) }
}

const counts = [100, 1_000, 10_000]

async function withFormulas(bundle: string): Promise<void> {
  const bodies = podsOfOneWorkload(podSizes[0])
  const webhooks: Webhook[] = []
  for (const count of counts) webhooks.push(await startWebhook(bundle, count))
  for (const webhook of webhooks) await untilIdle(webhook)
  const started = webhooks.map((webhook) => webhook.memory())
  const latencies: number[][] = webhooks.map(() => [])
  for (let round = 0; round <= rounds; round++) {
    for (const [i, { port }] of webhooks.entries()) {
      const { p50 } = await load(port, bodies, seconds / 2, 1)
      if (round > 0) latencies[i]?.push(p50)
    }
  }
  const p50s = latencies.map(median)
  const rows = webhooks.map(({ secondsToReady }, i): Row => {
    const latency = p50s[i] ?? NaN
    const ratio = latency / (p50s[0] ?? NaN)
    const memory = `${started[i]?.toFixed(0) ?? ''} MB`
    return {
      what: `${counts[i] ?? 0} Formulas`,
      figure: `ready after ${secondsToReady.toFixed(2)} s, ${memory}, p50 ${latency.toFixed(2)} ms`,
      ...(i > 0 && {
        ratio: `latency ${ratio.toFixed(2)} ×`,
        goal: '≤ 1.2 ×',
        met: ratio <= 1.2,
      }),
    }
  })
  for (const webhook of webhooks) await stopWebhook(webhook)
  printTable('(f) the whole webhook with more and more Formulas', rows)
}

async function startWebhook(bundle: string, formulas: number): Promise<Webhook> {
  const names = ['web', ...Array.from({ length: formulas - 1 }, (_, i) => `other-${i}`)]
  const cluster = await startFakeCluster(names.map(formulaManifest))
  const [port, statusPort] = [await freePort(), await freePort()]
  const cgroup = makeMemoryGroup(`r2k8s-bench-${port}`)
  const began = performance.now()
  const flags = [`--port=${port}`, `--status-port=${statusPort}`]
  const server = startServerProcess(
    [
      'env',
      'MALLOC_ARENA_MAX=1',
      process.execPath,
      ...heapFlags,
      bundle,
      cluster.address,
      ...flags,
    ],
    { core: 0, ...(cgroup !== undefined && { cgroup }) },
  )
  while (!(await isReady(statusPort))) {
    if (!server.isRunning()) throw new Error('the webhook has ended')
    await sleep(10)
  }
  const secondsToReady = (performance.now() - began) / 1000
  return { ...server, port, cluster, secondsToReady, cgroup }
}

/** Ready is before it has read what nobody has asked for yet. */
async function untilIdle(webhook: Webhook): Promise<void> {
  const seconds = 0.2
  for (let busy = seconds; busy > seconds / 10;) {
    const before = await webhook.cpuSeconds()
    await sleep(seconds * 1000)
    busy = (await webhook.cpuSeconds()) - before
  }
}

async function stopWebhook(webhook: Webhook): Promise<void> {
  await webhook.stop()
  webhook.cluster.stop()
  if (webhook.cgroup !== undefined) rmdirSync(webhook.cgroup)
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok
  } catch {
    return false
  }
}

async function patchOf(port: number, body: string): Promise<Buffer> {
  const answer = JSON.parse(await askOnce(port, body)) as {
    response: { patch?: string }
  }
  if (answer.response.patch === undefined) throw new Error('the webhook gave no patch')
  return Buffer.from(answer.response.patch, 'base64')
}

async function bundleWebhook(directory: string): Promise<string> {
  const outfile = `${directory}/webhook.cjs`
  const entry = new URL('webhook-main.ts', import.meta.url).pathname
  const options = { bundle: true, platform: 'node', format: 'cjs', minify: true } as const
  await build({ entryPoints: [entry], outfile, ...options })
  return outfile
}

function buildGo(directory: string): string | undefined {
  const out = `${directory}/go-server`
  const cwd = new URL('go', import.meta.url).pathname
  const built = spawnSync('go', ['build', '-o', out, '.'], { cwd, stdio: 'inherit' })
  return built.status === 0 ? out : undefined
}

/** This process, which is the client. */
function pinTo(cores: number | string): void {
  execFileSync('taskset', ['-acp', String(cores), String(process.pid)], {
    stdio: 'ignore',
  })
}

const memoryGroups = '/sys/fs/cgroup/memory'

/** Where this process may make one: as root, with cgroups of version 1. */
function makeMemoryGroup(name: string): string | undefined {
  if (!existsSync(memoryGroups)) return undefined
  const group = `${memoryGroups}/${name}`
  try {
    mkdirSync(group, { recursive: true })
    const bytes = String(memoryLimit * 1024 * 1024)
    writeFileSync(`${group}/memory.limit_in_bytes`, bytes)
    return group
  } catch {
    return undefined
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' ? (address?.port ?? 0) : 0)
      })
    })
  })
}
