import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type {
  Explanation,
  ExplanationList,
  StatusReason,
} from '../../../src/plugin/explain/model.ts'
import { emptyProgram } from '../empty-program.ts'
import {
  apply,
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  packWare,
  push,
  r2k8s,
  tryR2k8s,
  until,
  waitReady,
} from '../lab.ts'
import { pod, workload } from '../objects.ts'
import { listen } from '../warehouse.ts'

const forever = { exec: ['/bin/sleep', '1000000'] }

describe.concurrent('explain', () => {
  let namespace = ''
  beforeAll(async () => {
    namespace = await makeNamespace()
  })

  async function ask(name: string): Promise<Explanation> {
    const text = await r2k8s(['explain', name, '-n', namespace, '-o', 'json'])
    const { explanations } = JSON.parse(text) as ExplanationList
    const [explanation] = explanations
    if (explanation === undefined) throw new Error(`nothing is explained: ${text}`)
    return explanation
  }

  /** Once the pod is in this state. */
  async function askWhen(name: string, reason: StatusReason): Promise<Explanation> {
    let seen: Explanation | undefined
    await until(`${name} is ${reason}`, async () => {
      seen = await ask(name)
      return seen.status?.reason === reason || JSON.stringify(seen.status)
    })
    return seen ?? (await ask(name))
  }

  const text = (name: string) => r2k8s(['explain', name, '-n', namespace])

  test('tells what a running pod runs, and how long fetching took', async () => {
    const image = await push(namespace, formulaText(forever), ['--name', 'runs'])
    const env = [{ name: 'PASSWORD', value: 'wonder-land' }]
    await apply(namespace, pod('runs', [{ image, env }]))
    await waitReady(namespace, 'runs')
    const { rewrite, status } = await askWhen('runs', 'running')
    expect(status?.reason).toBe('running')
    expect(rewrite?.ownership).toMatchObject({ kind: 'flatten', user: 1000 })
    expect(rewrite?.containers).toMatchObject([
      {
        reference: 'repeatr:0/runs',
        formula: { name: 'runs', state: 'unchanged' },
        command: ['/bin/sleep', '1000000'],
        commandOf: 'formula',
        baseImage: lab.pauseImage,
        root: { mode: 'copy', writable: true },
        wares: [{ ware: lab.root, path: '/', warehouses: [lab.warehouse] }],
      },
    ])
    expect(rewrite?.fetchers).toMatchObject([
      { image: lab.agentImage, state: 'done', transfers: [{ ware: lab.root }] },
    ])
    const told = await text('pod/runs')
    expect(told).toContain('Next step:  nothing to do\n')
    expect(told).not.toContain('wonder-land')
  })

  test('names the machine that no node is', async () => {
    const other = process.arch === 'arm64' ? 'amd64' : 'arm64'
    const ware = await packWare((directory) => {
      mkdirSync(join(directory, 'bin'))
      writeFileSync(join(directory, 'bin/app'), emptyProgram(other), { mode: 0o755 })
    })
    const formula = formulaText({ exec: ['/bin/app'] }, { inputs: { '/': ware } })
    const image = await push(namespace, formula, ['--name', 'elsewhere'])
    await apply(namespace, pod('elsewhere', [{ image }]))
    const { status, nextStep } = await askWhen('elsewhere', 'unschedulable')
    expect(status?.message).toContain(
      `the formula's program is for ${other}, and no node of the cluster is`,
    )
    expect(nextStep?.command).toBe(`kubectl r2k8s push FORMULA -n ${namespace}`)
  })

  test('names the warehouse that is down', async () => {
    const address = `${lab.hostAddress}:9`
    const formula = formulaText(forever, { warehouses: [`ca+http://${address}`] })
    const image = await push(namespace, formula, ['--no-index', '--name', 'down'])
    await apply(namespace, pod('down', [{ image }]))
    const { status, nextStep } = await askWhen('down', 'fetch-failed')
    expect(status?.category).toBe('warehouse-unavailable')
    expect(status?.message).toContain(`${address} refuses connections`)
    expect(nextStep?.text).toContain(`see to it that pods reach ${address}`)
  })

  test('names a ware that is corrupt, and where it lies', async () => {
    const ware = await packWare((directory) => {
      writeFileSync(join(directory, 'text'), 'this will be another text\n')
    })
    const hash = ware.slice('tar:'.length)
    const bytes = readFileSync(join(lab.wares, hash.slice(0, 3), hash.slice(3, 6), hash))
    const middle = Math.floor(bytes.length / 2)
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
    const broken = await listen((_request, response) => response.end(bytes))
    const good = formulaText(forever, { inputs: { '/www': ware } })
    const formula = good.replace(`"/www":["${lab.warehouse}"]`, `"/www":["ca+${broken}"]`)
    expect(formula).not.toBe(good)
    const image = await push(namespace, formula, ['--no-index', '--name', 'corrupt'])
    const extra = { 'r2k8s.io/extra-paths': '/www /linuxrc' }
    await apply(namespace, pod('corrupt', [{ image }], {}, extra))
    const { status, nextStep } = await askWhen('corrupt', 'fetch-failed')
    expect(['ware-corrupt', 'ware-hash-mismatch']).toContain(status?.category)
    expect(nextStep?.command).toContain(
      `kubectl r2k8s ware mirror ${ware} --source GOOD-WAREHOUSE --target ca+${broken}`,
    )
  })

  test('names top-level entries that are not mounted, and a command that helps', async () => {
    const flags = ['--no-index', '--name', 'unmounted']
    const image = await push(namespace, formulaText(forever), flags)
    await apply(namespace, workload('Deployment', 'unmounted', [{ image }]))
    const before = await askWhen('deployment/unmounted', 'fetch-failed')
    expect(before.status?.message).toContain('"linuxrc", "www"')
    const { command = '' } = before.nextStep ?? {}
    const patch = /^kubectl patch deployment\/unmounted --type=merge -p '(.*)' -n /.exec(
      command,
    )
    const words = [
      'patch',
      'deployment/unmounted',
      '--type=merge',
      '-p',
      patch?.[1] ?? '',
    ]
    await kubectl([...words, '-n', namespace])
    await askWhen('deployment/unmounted', 'running')
  })

  test('says why a Deployment has no pods', async () => {
    const image = 'repeatr:0/nowhere'
    await apply(namespace, workload('Deployment', 'refused', [{ image }]))
    const { status, nextStep } = await askWhen('deployment/refused', 'refused')
    expect(status?.message).toContain('there is no formula "repeatr:0/nowhere"')
    expect(nextStep?.command).toBe(
      `kubectl r2k8s push FORMULA --name nowhere -n ${namespace}`,
    )
  })

  test('suggests a pod when there is none of that name', async () => {
    await apply(namespace, pod('plain', [{ image: lab.pauseImage }]))
    const { exit, stderr } = await tryR2k8s(['explain', 'plian', '-n', namespace])
    expect(exit).toBe(64)
    expect(stderr).toContain('hint: there is plain')
    expect((await ask('plain')).status?.reason).toBe('not-rewritten')
  })
})
