// On a cluster: (l) how long a run takes beside a Job of the same containers that do nothing, and (m) how
// fast the output of an action comes through.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setUpLab, type Lab } from '../e2e/set-up-lab.ts'
import { median, printTable } from './measure.ts'

const namespace = 'r2k8s-bench-runs'
const rounds = 7

export async function benchRuns(): Promise<void> {
  const { lab, tearDown } = await setUpLab()
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-bench-runs-'))
  const bench = { lab, directory }
  kubectl(bench, ['create', 'namespace', namespace])
  try {
    await measureRuns(bench)
    await measureOutput(bench)
  } finally {
    kubectl(bench, ['delete', 'namespace', namespace, '--wait=false'])
    rmSync(directory, { recursive: true, force: true })
    tearDown()
  }
}

interface Bench {
  readonly lab: Lab
  readonly directory: string
}

function kubectl({ lab }: Bench, args: readonly string[], input?: string): void {
  execFileSync(lab.kubectl, ['--kubeconfig', lab.kubeconfig, ...args], {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'inherit'],
    ...(input !== undefined && { input }),
  })
}

async function measureRuns(bench: Bench): Promise<void> {
  const formula = writeFormula(bench, 'hello', 'echo hello')
  const runs: number[] = []
  const empty: number[] = []
  const pods: number[] = []
  for (let round = 0; round < rounds; round++) {
    empty.push(
      timed(() => {
        emptyJob(bench, round)
      }),
    )
    runs.push((await follow(bench, ['r2k8s', 'run', formula])).seconds)
    pods.push(
      timed(() => {
        kubectlRun(bench, round)
      }),
    )
  }
  const above = median(runs) - median(empty)
  const show = (seconds: number) => `${seconds.toFixed(2)} s`
  printTable(`(l) a run that says hello, median of ${rounds}`, [
    {
      what: 'a Job of three such containers that do nothing',
      figure: show(median(empty)),
    },
    { what: 'kubectl run --rm -i, one container', figure: show(median(pods)) },
    {
      what: 'kubectl r2k8s run',
      figure: `${show(median(runs))}, ${show(above)} above the Job`,
      goal: '≤ 1 s above',
      met: above <= 1,
    },
  ])
}

function timed(work: () => void): number {
  const began = performance.now()
  work()
  return (performance.now() - began) / 1000
}

function emptyJob(bench: Bench, round: number): void {
  const { lab } = bench
  const name = `empty-${round}`
  const node = '/usr/local/bin/node'
  const container = (called: string, script: string) => ({
    name: called,
    image: lab.agentImage,
    imagePullPolicy: 'IfNotPresent',
    command: [node, '-e', script],
  })
  const sleeping =
    'process.on("SIGTERM", () => process.exit(0)); setInterval(() => 0, 1e9)'
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          initContainers: [
            { ...container('pack', sleeping), restartPolicy: 'Always' },
            container('fetch', '0'),
          ],
          containers: [container('action', '0')],
        },
      },
    },
  }
  kubectl(bench, ['create', '-f', '-'], JSON.stringify(job))
  const wait = ['wait', '-n', namespace, '--for=condition=complete', '--timeout=60s']
  kubectl(bench, [...wait, `job/${name}`])
}

function kubectlRun(bench: Bench, round: number): void {
  const flags = ['--rm', '-i', '--restart=Never', `--image=${bench.lab.agentImage}`]
  const command = ['--command', '--', '/usr/local/bin/node', '-e', 'console.log("hello")']
  kubectl(bench, ['run', `pod-${round}`, '-n', namespace, ...flags, ...command], '')
}

const outputBytes = 100 * 1024 * 1024
const outputRounds = 3

async function measureOutput(bench: Bench): Promise<void> {
  const line = 'x'.repeat(99)
  const lines = outputBytes / (line.length + 1)
  // Time for whoever reads to be there before it begins.
  const script = `sleep 4; yes ${line} | head -n ${lines}; sleep 1`
  const formula = writeFormula(bench, 'output', script)
  const theirs: number[] = []
  const ours: Followed[] = []
  for (let round = 0; round < outputRounds; round++) {
    ours.push(await follow(bench, ['r2k8s', 'run', formula, '-q']))
    const pod = await startAndLeave(bench, formula)
    theirs.push(
      (await follow(bench, ['logs', '-f', pod, '-c', 'action'])).megabytesPerSecond,
    )
  }
  const own = median(ours.map((each) => each.megabytesPerSecond))
  const other = median(theirs)
  const memory = Math.max(...ours.map((each) => each.peakMegabytes))
  printTable(`(m) 100 MB of output, median of ${outputRounds}`, [
    { what: 'kubectl logs -f', figure: `${other.toFixed(0)} MB/s` },
    {
      what: 'kubectl r2k8s run -q, while it is written',
      figure: `${own.toFixed(0)} MB/s, ${(own / other).toFixed(2)} ×`,
      goal: '≥ 1 ×',
      met: own >= other,
    },
    {
      what: 'its memory at most',
      figure: `${memory.toFixed(0)} MB`,
      goal: '≤ 150 MB',
      met: memory <= 150,
    },
  ])
}

/** The pod of a run whose action is there, and whose client is not. */
async function startAndLeave({ lab }: Bench, formula: string): Promise<string> {
  const child = spawn(lab.program, ['run', formula, '-n', namespace], {
    env: environment(lab),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) {
    words += chunk.toString()
    if (words.includes('the action runs')) break
  }
  child.kill('SIGKILL')
  const pod = /in pod (\S+)/.exec(words)?.[1]
  if (pod === undefined) throw new Error(`the run tells no pod: ${words}`)
  return pod
}

interface Followed {
  readonly seconds: number
  readonly megabytesPerSecond: number
  readonly peakMegabytes: number
}

/** From the first byte of much output to the last. */
function follow({ lab }: Bench, args: readonly string[]): Promise<Followed> {
  const isOurs = args[0] === 'r2k8s'
  const began = performance.now()
  const child = isOurs
    ? spawn(lab.program, [...args.slice(1), '-n', namespace], { env: environment(lab) })
    : spawn(lab.kubectl, [...args, '-n', namespace], { env: environment(lab) })
  let bytes = 0
  let first = 0
  let last = 0
  let peak = 0
  const count = (chunk: Buffer): void => {
    if (bytes === 0) first = performance.now()
    bytes += chunk.length
    last = performance.now()
  }
  child.stdout.on('data', count)
  child.stderr.on('data', count)
  const watching = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid ?? 0))
  }, 100)
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      clearInterval(watching)
      if (code !== 0) {
        reject(new Error(`${args.join(' ')} ended with ${code}`))
        return
      }
      resolve({
        seconds: (performance.now() - began) / 1000,
        megabytesPerSecond: bytes / 1e6 / ((last - first) / 1000),
        peakMegabytes: peak,
      })
    })
  })
}

function environment(lab: Lab): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: lab.kubeconfig }
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0 // it has just ended
  }
}

function writeFormula({ lab, directory }: Bench, name: string, script: string): string {
  const file = join(directory, `${name}.formula`)
  const formula = {
    formula: {
      inputs: { '/': lab.root },
      action: { exec: ['/bin/sh', '-c', script] },
    },
    context: { fetchUrls: { '/': [lab.warehouse] } },
  }
  writeFileSync(file, JSON.stringify(formula))
  return file
}
