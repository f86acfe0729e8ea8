// A cluster for tests and the demo, by hand and for make. Data on stdout, words on stderr.

import { chooseProvider } from './choose-provider.ts'

const usage = `usage: node tools/cluster/main.ts up|find|load ARCHIVE…|down
R2K8S_CLUSTER=kind|local chooses the provider.
`

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function main([verb, ...args]: readonly string[]): Promise<number> {
  if (verb === undefined || !['up', 'find', 'load', 'down'].includes(verb)) {
    process.stderr.write(usage)
    return 2
  }
  const provider = await chooseProvider(process.env['R2K8S_CLUSTER'] ?? '', say)
  if (verb === 'up' || verb === 'find') {
    const cluster = verb === 'up' ? await provider.up() : await provider.find()
    if (cluster === undefined) return 1
    process.stdout.write(`${JSON.stringify(cluster, undefined, 2)}\n`)
  } else if (verb === 'load') {
    for (const archive of args) await provider.load(archive)
  } else await provider.down()
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  say(`cluster: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
