// The webhook's main file: the only one that reads `process`. Its program runs in a pod.

import { isInCluster, readInClusterAccess } from '../cluster/in-cluster-access.ts'
import { describeProblem, exitCodes, R2k8sError } from '../errors.ts'
import { version } from '../version.ts'
import { openLog } from './log.ts'
import { readOptions, usage } from './options.ts'
import { runWebhook } from './run-webhook.ts'

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(usage)
    return
  }
  const terminated = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      terminated.abort()
    })
  }
  const access = await findCluster()
  const options = readOptions(args, access)
  const log = openLog(options.logLevel)
  await runWebhook(options, {
    access,
    log,
    version,
    agentImage: process.env['R2K8S_AGENT_IMAGE'],
    terminated: terminated.signal,
  })
}

async function findCluster() {
  if (isInCluster(process.env)) return await readInClusterAccess({ env: process.env })
  throw new R2k8sError([
    {
      code: 'cluster-unreachable',
      task: 'start the webhook',
      why: 'this is no pod of a cluster',
      hints: ['install it with "kubectl r2k8s install"'],
    },
  ])
}

function explain(error: unknown): void {
  if (!(error instanceof R2k8sError)) throw error
  for (const problem of error.problems) {
    process.stderr.write(`error: ${describeProblem(problem)} [${problem.code}]\n`)
    for (const hint of problem.hints ?? []) process.stderr.write(`hint: ${hint}\n`)
  }
  process.exitCode = exitCodes[error.code]
}

main(process.argv.slice(2)).catch(explain)
