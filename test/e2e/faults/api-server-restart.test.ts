import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { chooseProvider } from '../../../tools/cluster/choose-provider.ts'
import {
  apply,
  formulaText,
  makeNamespace,
  push,
  tryKubectl,
  until,
  waitReady,
} from '../lab.ts'
import { pod } from '../objects.ts'
import { inSystem } from '../webhook.ts'

const restarts = () =>
  inSystem(
    ...['get', 'pods', '-l', 'app.kubernetes.io/component=webhook'],
    ...['-o', 'jsonpath={.items[*].status.containerStatuses[0].restartCount}'],
  )

test('after a restart of the API server the webhook goes on, new formulas included', async () => {
  const provider = await chooseProvider(
    process.env['R2K8S_CLUSTER'] ?? '',
    () => undefined,
  )
  const namespace = await makeNamespace()
  const before = await push(namespace, formulaText({ exec: ['/bin/sleep', '1000000'] }))
  const restartsBefore = await restarts()
  await provider.restartApiServer()
  await until('the API server answers', async () => {
    return (await tryKubectl(['get', '--raw', '/readyz'])).exit === 0
  })
  await apply(namespace, pod('known', [{ image: before }]))
  const after = await push(namespace, formulaText({ exec: ['/bin/sleep', '999999'] }))
  // Whoever follows Formulas may be some seconds late; a controller would try again.
  await until('a new formula is known', async () => {
    const object = JSON.stringify(pod('new', [{ image: after }]))
    const { exit, stderr } = await tryKubectl(['apply', '-n', namespace, '-f', '-'], {
      stdin: object,
    })
    return exit === 0 || stderr
  })
  await waitReady(namespace, 'known')
  await waitReady(namespace, 'new')
  await sleep(1_000)
  expect(await restarts()).toBe(restartsBefore)
})
