// The webhook's program, with a cluster that is given as an address. Answers each line on stdin with
// the CPU time it has used, in seconds.

import { openLog } from '../../src/webhook/log.ts'
import { readOptions } from '../../src/webhook/options.ts'
import { runWebhook } from '../../src/webhook/run-webhook.ts'

const [server = '', ...args] = process.argv.slice(2)
const terminated = new AbortController()
process.once('SIGTERM', () => {
  terminated.abort()
})
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage()
  process.stdout.write(`${(user + system) / 1e6}\n`)
})
void runWebhook(readOptions(args, { namespace: 'r2k8s-system' }), {
  access: {
    server,
    namespace: 'r2k8s-system',
    tls: { verify: true },
    credentials: () => Promise.resolve({}),
  },
  log: openLog('silent'),
  version: 'bench',
  agentImage: undefined,
  terminated: terminated.signal,
})
