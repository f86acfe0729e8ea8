// (d) What the rewriting costs of the server's throughput: the same shell, the same body, once with
// a formula and once with an ordinary image.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { build } from 'esbuild'
import { pod, podSizes, review } from './inputs.ts'
import { load } from './load.ts'
import { median, printTable, type Row } from './measure.ts'

const seconds = 3
const rounds = 3

export async function benchServer(directory: string): Promise<void> {
  const rows: Row[] = []
  const server = await startServer(directory)
  try {
    for (const { name, environment, configMaps } of podSizes) {
      if (name === '18 KB') continue
      // The same length, so that parsing costs the same.
      const formula = review(pod('repeatr:0/web', environment, configMaps))
      const ordinary = review(pod('example:1/web', environment, configMaps))
      await load(server.port, formula, 1) // warm-up
      const pairs = []
      for (let i = 0; i < rounds; i++) {
        const plain = await load(server.port, ordinary, seconds)
        const rewritten = await load(server.port, formula, seconds)
        pairs.push({ plain, rewritten, cost: 1 - rewritten.perSecond / plain.perSecond })
      }
      const cost = median(pairs.map((pair) => pair.cost))
      const best = pairs.find((pair) => pair.cost === cost) ?? pairs[0]
      rows.push({
        what: `reviews of ${name}`,
        figure: `${Math.round(best?.rewritten.perSecond ?? 0)}/s, empty patch ${Math.round(best?.plain.perSecond ?? 0)}/s`,
        ratio: `rewriting costs ${(cost * 100).toFixed(0)} %`,
        goal: '≤ 25 %',
        met: cost <= 0.25,
      })
    }
  } finally {
    await server.stop()
  }
  printTable('(d) the server over TLS with keep-alive, 20 connections', rows)
}

async function startServer(directory: string) {
  const bundle = `${directory}/server.cjs`
  const entryPoints = [new URL('server.ts', import.meta.url).pathname]
  await build({
    entryPoints,
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  })
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`]
  const made = spawnSync('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=r2k8s'.split(
      ' ',
    ),
    ...['-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) throw new Error('openssl is needed to make a certificate')
  const child = spawn(process.execPath, [bundle, key, cert], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(line.toString()),
    stop: async () => {
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
