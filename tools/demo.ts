// `make demo`: a cluster, the image on it, and then the tutorial of README.md, step by step.

import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chooseProvider } from './cluster/choose-provider.ts'
import type { Cluster } from './cluster/cluster.ts'
import { readTutorial } from './tutorial/read-tutorial.ts'
import { endJobs, freeAddress, runTutorial } from './tutorial/run-tutorial.ts'

const root = join(import.meta.dirname, '..')
const directory = join(root, '.tools/demo')

const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

async function up(): Promise<void> {
  const provider = await findProvider()
  const cluster = await provider.up()
  const archive = execFileSync('sh', ['image/build.sh'], { cwd: root, encoding: 'utf8' })
  await provider.load(archive.trim())
  endJobs(directory)
  rmSync(directory, { recursive: true, force: true })
  const tutorial = readTutorial(readFileSync(join(root, 'README.md'), 'utf8'))
  await runTutorial({
    tutorial,
    directory,
    env: await environmentOf(cluster),
    onStart: ({ command }) => {
      process.stdout.write(`\n${bold(`$ ${command}`)}\n`)
    },
    onOutput: (text) => {
      process.stdout.write(text)
    },
  })
  say('')
  say(`The cluster stays up: export KUBECONFIG=${cluster.kubeconfig}`)
  say('"make demo-down" removes it.')
}

async function down(): Promise<void> {
  endJobs(directory)
  rmSync(directory, { recursive: true, force: true })
  await (await findProvider()).down()
}

const findProvider = () => chooseProvider(process.env['R2K8S_CLUSTER'] ?? '', say)

/** What a reader's shell has: the cluster, both programs, and what the tutorial says it is given. */
async function environmentOf(
  cluster: Cluster,
): Promise<Record<string, string | undefined>> {
  const path = [join(root, 'bin'), dirname(cluster.kubectl), process.env['PATH'] ?? '']
  return {
    ...process.env,
    PATH: path.join(':'),
    KUBECONFIG: cluster.kubeconfig,
    BASE: cluster.pauseImage,
    HOST: await freeAddress(cluster.hostAddress),
    NAMESPACE: 'default',
    BUSYBOX: execFileSync('sh', ['tools/busybox.sh'], {
      cwd: root,
      encoding: 'utf8',
    }).trim(),
  }
}

function bold(text: string): string {
  return process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text
}

try {
  if (process.argv[2] === 'down') await down()
  else await up()
} catch (error) {
  say(`demo: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
