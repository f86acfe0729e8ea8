// The webhook's shell on loopback, for a load from another process. Prints its port, and for each
// line on stdin the CPU time it has used, in seconds.

import { readFileSync } from 'node:fs'
import { buildServer } from '../../src/webhook/server.ts'
import { preparedFormula, mutateOptions } from './formula.ts'

const [key = '', cert = ''] = process.argv
  .slice(2)
  .map((path) => readFileSync(path, 'utf8'))

const server = buildServer(
  { tls: { key, cert } },
  {
    formulas: {
      isReady: () => true,
      get: () => preparedFormula,
      waitFor: () => Promise.resolve(undefined),
    },
    settings: () => mutateOptions.settings,
    version: 'bench',
    deadline: 1000,
    onBug: (bug) => {
      throw bug
    },
  },
)
void server.listen({ host: '127.0.0.1', port: 0 }).then((address) => {
  process.stdout.write(`${new URL(address).port}\n`)
})
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage()
  process.stdout.write(`${(user + system) / 1e6}\n`)
})
process.stdin.on('end', () => void server.close())
