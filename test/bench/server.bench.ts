// (d) What the rewriting costs of the server's throughput: the same shell, the same body, once with
// a formula and once with an ordinary image.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { build } from 'esbuild'
import { load } from './load.ts'
import { makeCertificate } from './make-certificate.ts'
import { median, printTable, type Row } from './measure.ts'
import { podOfAnotherWorkload, podReview, podSizes } from './reviews.ts'

const seconds = 2
const rounds = 5

interface Measured {
  readonly perSecond: number
  /** Requests that one second of the server's CPU serves: steady on a machine with other work. */
  readonly perCpuSecond: number
}

interface Server {
  readonly port: number
  readonly cpuSeconds: () => Promise<number>
  readonly stop: () => Promise<void>
}

export async function benchServer(directory: string): Promise<void> {
  const rows: Row[] = []
  const server = await startServer(directory)
  try {
    for (const { name, ...size } of podSizes) {
      if (name === '18 KB') continue
      // The same length, so that parsing costs the same.
      const ordinary = pods(20, (i) => podReview('example:1/web', size, i))
      const replicas = pods(20, (i) => podReview('repeatr:0/web', size, i))
      rows.push(
        await compare(server, `${name}, pods of one workload`, ordinary, replicas),
      )
      if (name !== '4 KB') continue
      const others = pods(20_000, (i) => podOfAnotherWorkload('repeatr:0/web', size, i))
      rows.push(
        await compare(server, `${name}, each of another workload`, ordinary, others),
      )
    }
  } finally {
    await server.stop()
  }
  printTable('(d) the server over TLS with keep-alive, 20 connections', rows)
}

function pods(count: number, review: (number: number) => string): string[] {
  return Array.from({ length: count }, (_, i) => review(i))
}

async function compare(
  server: Server,
  name: string,
  ordinary: readonly string[],
  formulas: readonly string[],
): Promise<Row> {
  await load(server.port, formulas, 1) // warm-up
  const pairs: { plain: Measured; rewritten: Measured }[] = []
  for (let i = 0; i < rounds; i++) {
    const plain = await measure(server, ordinary)
    pairs.push({ plain, rewritten: await measure(server, formulas) })
  }
  return rowOf(name, pairs)
}

async function measure(server: Server, bodies: readonly string[]): Promise<Measured> {
  const before = await server.cpuSeconds()
  const { perSecond, requests } = await load(server.port, bodies, seconds)
  const cpu = (await server.cpuSeconds()) - before
  return { perSecond, perCpuSecond: requests / cpu }
}

function rowOf(
  name: string,
  pairs: readonly { plain: Measured; rewritten: Measured }[],
): Row {
  const of = (side: 'plain' | 'rewritten', figure: keyof Measured): number =>
    median(pairs.map((pair) => pair[side][figure]))
  const show = (side: 'plain' | 'rewritten'): string =>
    `${Math.round(of(side, 'perCpuSecond'))} (${Math.round(of(side, 'perSecond'))}/s)`
  const cost = 1 - of('rewritten', 'perCpuSecond') / of('plain', 'perCpuSecond')
  return {
    what: `${name}, per CPU second (per second)`,
    figure: `${show('rewritten')}, empty patch ${show('plain')}`,
    ratio: `rewriting costs ${(cost * 100).toFixed(0)} %`,
    goal: '≤ 25 %',
    met: cost <= 0.25,
  }
}

async function startServer(directory: string): Promise<Server> {
  const bundle = `${directory}/server.cjs`
  const entryPoints = [new URL('server.ts', import.meta.url).pathname]
  await build({
    entryPoints,
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  })
  const [key, cert] = makeCertificate(directory)
  const child = spawn(process.execPath, [bundle, key, cert], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const nextLine = async (): Promise<number> => {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    return Number(line.toString())
  }
  return {
    port: await nextLine(),
    cpuSeconds: async () => {
      child.stdin.write('cpu\n')
      return await nextLine()
    },
    stop: async () => {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
