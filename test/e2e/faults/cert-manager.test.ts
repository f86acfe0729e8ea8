import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formulaText, kubectl, lab, makeNamespace, push, r2k8s, until } from '../lab.ts'
import { startLoad, type Load } from '../load.ts'
import { inSystem, restore } from '../webhook.ts'

const program = process.env['R2K8S_TEST_CERT_MANAGER'] ?? ''

/** Their definitions come with the module that the program is built from. */
function definitions(): string {
  const directory = join(import.meta.dirname, '../../../tools/test-servers/cert-manager')
  const args = ['list', '-m', '-f', '{{.Dir}}', 'github.com/cert-manager/cert-manager']
  const module = execFileSync('go', args, { cwd: directory, encoding: 'utf8' }).trim()
  return join(module, 'deploy/crds')
}

/** As `cmctl renew` does. */
async function renew(certificate: string): Promise<void> {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '')
  const told = { reason: 'Test', message: '', lastTransitionTime, status: 'True' }
  const conditions = ['Ready', 'Issuing'].map((type) => ({ type, ...told }))
  const patch = JSON.stringify({ status: { conditions } })
  const args = ['certificate', certificate, '--subresource=status', '--type=merge']
  const before = await revisionOf(certificate)
  await inSystem('patch', ...args, '-p', patch)
  await until(`${certificate} is renewed`, async () => {
    return (await revisionOf(certificate)) > before
  })
}

async function revisionOf(certificate: string): Promise<number> {
  const args = ['get', 'certificate', certificate, '-o', 'jsonpath={.status.revision}']
  return Number(await inSystem(...args))
}

interface PodObject {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: { readonly containerStatuses: readonly { readonly ready: boolean }[] }
}

/** Not those that a roll-out has replaced and that serve on for a while. */
async function replicas(): Promise<PodObject[]> {
  const args = ['pods', '-l', 'app.kubernetes.io/component=webhook', '-o', 'json']
  const { items } = JSON.parse(await inSystem('get', ...args)) as { items: PodObject[] }
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

/** A pod that changes has its Secrets looked at now, and not within a minute. */
async function untilEachHasShown(count: number): Promise<void> {
  const pods = (await replicas()).map(({ metadata }) => metadata.name)
  const at = `example.com/touched=${Date.now()}`
  await inSystem('annotate', 'pods', ...pods, '--overwrite', at)
  await until('every replica shows the new certificate', async () => {
    const logs = await Promise.all(pods.map((pod) => inSystem('logs', pod)))
    return logs.every((log) => log.split('certificate is shown').length > count)
  })
}

async function ready(): Promise<boolean[]> {
  return (await replicas()).map(
    ({ status }) => status.containerStatuses[0]?.ready ?? false,
  )
}

// Where there is no Go, nothing of it can be built: `make servers` says so.
describe.skipIf(program === '')('with certificates of cert-manager', () => {
  let stop = () => Promise.resolve()
  let load: Load
  beforeAll(async () => {
    await kubectl(['apply', '--server-side', '-f', definitions()])
    const child = spawn(program, [lab.kubeconfig], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    stop = async () => {
      child.kill()
      await ended
    }
    await r2k8s(['install', '--base-image', lab.pauseImage, '--cert-manager'])
    const namespace = await makeNamespace()
    const image = await push(namespace, formulaText({ exec: ['/bin/true'] }))
    const { kubeconfig } = lab
    load = await startLoad({ kubeconfig, namespace, image, perSecond: 20 })
  })
  afterAll(async () => {
    await load.stop()
    await restore()
    await stop()
    await kubectl(['delete', '-f', definitions()])
  })

  test('the webhook serves, and renewing them and their authority fails no pod', async () => {
    await untilEachHasShown(1)
    await renew('r2k8s')
    await untilEachHasShown(2)
    await renew('r2k8s-root')
    await renew('r2k8s')
    await untilEachHasShown(3)
    // Longer than it takes a failing probe to count.
    for (let second = 0; second < 15; second++) {
      expect(await ready()).toEqual([true, true])
      await sleep(1000)
    }
    const report = await load.stop()
    expect(report).toMatchObject({ failures: [], unchanged: 0 })
    expect(report.created).toBeGreaterThan(100)
  })

  test('installing without it puts an end to them', async () => {
    await r2k8s(['install', '--base-image', lab.pauseImage])
    const left = await inSystem('get', 'certificates,issuers,secrets', '-o', 'name')
    expect(left.trim()).toBe('secret/r2k8s-ca')
    const status = await r2k8s(['webhook', 'status'])
    expect(status).toMatch(/^Healthy: +yes$/m)
  })
})
