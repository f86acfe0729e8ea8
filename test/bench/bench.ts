// `make bench`: every figure beside a yardstick measured in the same run. Names of parts as
// arguments (template start mutate server webhook cluster runs faults wares) run those alone.

import { mkdirSync } from 'node:fs'
import { benchCluster } from './cluster.bench.ts'
import { benchFaults } from './faults.bench.ts'
import { benchMutate } from './mutate.bench.ts'
import { benchRuns } from './runs.bench.ts'
import { benchServer } from './server.bench.ts'
import { benchStart, benchTemplate } from './template.bench.ts'
import { benchWares } from './wares.bench.ts'
import { benchWebhook } from './webhook.bench.ts'

const directory = new URL('../../.bench', import.meta.url).pathname
mkdirSync(directory, { recursive: true })
const kubectl = process.env['R2K8S_TEST_KUBECTL'] ?? ''
if (kubectl === '') process.stdout.write('NOT MEASURED against kubectl: there is none\n')

const parts: Readonly<Record<string, () => void | Promise<void>>> = {
  template: () => benchTemplate({ directory, kubectl }),
  start: () => {
    benchStart({ directory, kubectl })
  },
  mutate: benchMutate,
  server: () => benchServer(directory),
  webhook: () => benchWebhook(directory),
  cluster: benchCluster,
  runs: benchRuns,
  faults: benchFaults,
  wares: () => {
    benchWares(directory)
  },
}
const wanted = process.argv.slice(2)
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await part()
}
