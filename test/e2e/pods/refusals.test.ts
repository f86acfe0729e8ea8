import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { emptyProgram } from '../empty-program.ts'
import {
  apply,
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  packWare,
  push,
  tryApply,
  tryKubectl,
  tryR2k8s,
  until,
  waitReady,
} from '../lab.ts'
import { pod } from '../objects.ts'
import { listen, listenPrivately } from '../warehouse.ts'

const forever = { exec: ['/bin/sleep', '1000000'] }

describe.concurrent('what cannot run', () => {
  let namespace = ''
  beforeAll(async () => {
    namespace = await makeNamespace()
  })

  /** The fetcher's last words, once it has failed. */
  async function lastWords(name: string): Promise<{ category: string; message: string }> {
    let words = ''
    await until('the fetcher has failed', async () => {
      const state = '{.status.initContainerStatuses[0]'
      const path = `${state}.lastState.terminated.message}${state}.state.terminated.message}`
      const args = ['get', 'pod', name, '-o', `jsonpath=${path}`]
      words = await kubectl(['-n', namespace, ...args])
      return words !== ''
    })
    return JSON.parse(words.slice(0, words.indexOf('}{') + 1 || undefined)) as {
      category: string
      message: string
    }
  }

  test('a wrong pinned ID is refused by name of both', async () => {
    const image = await push(namespace, formulaText(forever))
    const { exit, stderr } = await tryApply(
      namespace,
      pod('pinned', [{ image: `${image}:Other` }]),
    )
    expect(exit).toBe(1)
    expect(stderr).toContain('cannot rewrite container "app"')
    expect(stderr).toContain('Other')
  })

  test('the right pinned ID is not', async () => {
    const text = formulaText(forever)
    const image = await push(namespace, text)
    const name = image.replace('repeatr:0/', '')
    const args = ['get', 'formula', name, '-o', 'jsonpath={.spec.id}']
    const id = await kubectl(['-n', namespace, ...args])
    await apply(namespace, pod('rightly', [{ image: `${image}:${id}` }]))
    await waitReady(namespace, 'rightly')
  })

  test('an unknown formula is refused', async () => {
    const { exit, stderr } = await tryApply(
      namespace,
      pod('unknown', [{ image: 'repeatr:0/nothing' }]),
    )
    expect(exit).toBe(1)
    expect(stderr).toContain('there is no formula "repeatr:0/nothing"')
  })

  test('a formula and its pod may be applied in one go', async () => {
    const directory = join(lab.wares, '..')
    const file = join(directory, `r2k8s-together-${namespace}.formula`)
    writeFileSync(file, formulaText({ ...forever, env: { TOGETHER: 'yes' } }))
    const pushed = await tryR2k8s([
      'push',
      file,
      '--name',
      'together',
      '-o',
      'json',
      '-n',
      namespace,
    ])
    const formula = JSON.parse(pushed.stdout) as object
    await apply(namespace, formula, pod('together', [{ image: 'repeatr:0/together' }]))
    await waitReady(namespace, 'together')
  })

  test('a warehouse that is down is named by the pod', async () => {
    // Indexed where it is, run where it is not.
    const text = formulaText(forever, {
      warehouses: [`ca+http://${lab.hostAddress}:9`],
    })
    const image = await push(namespace, text, ['--no-index', '--name', 'down'])
    const extra = { 'r2k8s.io/extra-paths': '/www /linuxrc' }
    await apply(namespace, pod('down', [{ image }], { activeDeadlineSeconds: 60 }, extra))
    const { category, message } = await lastWords('down')
    expect(category).toBe('warehouse-unavailable')
    expect(message).toContain(`${lab.hostAddress}:9`)
  })

  test('a corrupt ware is named, and nothing of it becomes visible', async () => {
    const ware = await packWare((directory) => {
      writeFileSync(join(directory, 'text'), 'this will be another text\n')
    })
    const hash = ware.slice('tar:'.length)
    const original = join(lab.wares, hash.slice(0, 3), hash.slice(3, 6), hash)
    const bytes = readFileSync(original)
    const broken = await listen((_request, response) => {
      const other = Buffer.from(bytes)
      const at = Math.floor(other.length / 2)
      other.writeUInt8(other.readUInt8(at) ^ 1, at)
      response.end(other)
    })
    const inputs = { '/www': ware }
    const good = formulaText(forever, { inputs })
    const text = good.replace(`"/www":["${lab.warehouse}"]`, `"/www":["ca+${broken}"]`)
    expect(text).not.toBe(good)
    const image = await push(namespace, text, ['--no-index', '--name', 'corrupt'])
    const extra = { 'r2k8s.io/extra-paths': '/www /linuxrc' }
    await apply(namespace, pod('corrupt', [{ image }], {}, extra))
    const { category, message } = await lastWords('corrupt')
    expect(['ware-corrupt', 'ware-hash-mismatch']).toContain(category)
    expect(message).toContain(ware.slice(0, 12))
  })

  test('a private warehouse lets in who has its Secret, and nobody else', async () => {
    const address = await listenPrivately('alice', 'wonder-land')
    const host = new URL(address).hostname
    const netrc = `machine ${host} login alice password wonder-land\n`
    const file = join(lab.wares, '..', `r2k8s-netrc-${namespace}`)
    writeFileSync(file, netrc, { mode: 0o600 })
    await kubectl([
      '-n',
      namespace,
      'create',
      'secret',
      'generic',
      'login',
      `--from-file=netrc=${file}`,
    ])
    const text = formulaText(forever, { warehouses: [`ca+${address}`] })
    const image = await push(namespace, text, ['--no-index', '--name', 'private'])
    const extra = { 'r2k8s.io/extra-paths': '/www /linuxrc' }
    const secret = { 'r2k8s.io/warehouse-secret': 'login' }
    await apply(
      namespace,
      pod('outside', [{ image }], {}, extra),
      pod('inside', [{ image }], {}, { ...extra, ...secret }),
    )
    await waitReady(namespace, 'inside')
    const { message } = await lastWords('outside')
    expect(message).toContain('401')
    const logs = await kubectl(['-n', namespace, 'logs', 'inside', '-c', 'r2k8s-fetch'])
    expect(logs + message).not.toContain('wonder-land')
    const mounted = await tryKubectl([
      '-n',
      namespace,
      'exec',
      'inside',
      '--',
      'ls',
      '/r2k8s',
    ])
    expect(mounted.exit).not.toBe(0)
  })

  test('a formula for another machine type stays Pending, and its event says why', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64'
    const ware = await packWare((directory) => {
      mkdirSync(join(directory, 'bin'))
      writeFileSync(join(directory, 'bin/app'), emptyProgram(other), { mode: 0o755 })
    })
    const text = formulaText({ exec: ['/bin/app'] }, { inputs: { '/': ware } })
    const image = await push(namespace, text, ['--name', 'elsewhere'])
    await apply(namespace, pod('elsewhere', [{ image }]))
    await until('the scheduler has looked at it', async () => {
      const path = '{.status.conditions[?(@.type=="PodScheduled")].message}'
      const args = ['get', 'pod', 'elsewhere', '-o', `jsonpath=${path}`]
      const why = await kubectl(['-n', namespace, ...args])
      return why.includes("didn't match Pod's node affinity/selector") || why
    })
    const args = ['get', 'pod', 'elsewhere', '-o', 'jsonpath={.spec.nodeSelector}']
    const selector = await kubectl(['-n', namespace, ...args])
    expect(selector).toContain(other)
  })
})
