import { afterAll, expect, test } from 'vitest'
import { formulaText, makeNamespace, push, tryApply, until, waitReady } from '../lab.ts'
import { pod } from '../objects.ts'
import {
  deleteAuthorities,
  deployment,
  inSystem,
  readAuthorities,
  restartWith,
  restore,
  rolledOut,
  takeAway,
} from '../webhook.ts'

afterAll(restore)

test(
  'replicas that start together without any authority agree on one',
  { timeout: 600_000 },
  async () => {
    const namespace = await makeNamespace()
    const image = await push(namespace, formulaText({ exec: ['/bin/sleep', '1000000'] }))
    await takeAway()
    await restartWith(['--drain-seconds=0'])
    for (let round = 0; round < 3; round++) {
      await takeAway()
      await deleteAuthorities()
      await inSystem('scale', deployment, '--replicas=4')
      await rolledOut()
      expect(await readAuthorities()).toHaveLength(1)
      const name = `round-${round}`
      // The rules that lead from a Service to its pods may be a moment behind the Deployment.
      await until('the webhook is reached', async () => {
        const { exit, stderr } = await tryApply(namespace, pod(name, [{ image }]))
        return exit === 0 || stderr
      })
      await waitReady(namespace, name)
    }
  },
)
