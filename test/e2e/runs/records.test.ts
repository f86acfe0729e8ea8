import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeNamespace } from '../lab.ts'
import { makeDirectory, outputOf, run, untilGone, writeBuild } from './build.ts'

interface Published {
  readonly vectors: readonly { readonly id: string; readonly expected: string }[]
}

const published = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../data/wares/published.json'), 'utf8'),
) as Published

const idOf = (id: string) =>
  published.vectors.find((vector) => vector.id === id)?.expected

describe.concurrent('a run', () => {
  test('prints what its action writes, then the record alone on stdout, and goes', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({
      script: 'echo one; sleep 1; echo two >&2; sleep 1; printf three',
    })
    const { exit, stderr, stdout, record } = await run(namespace, build)
    expect(outputOf(stderr)).toBe('one\ntwo\nthree\n')
    expect(Object.keys(record ?? {})).toEqual(
      ['guid', 'time', 'formulaID', 'exitCode', 'results', 'hostname'], // in this order
    )
    expect(stdout.startsWith('{\n    "guid": "')).toBe(true)
    expect(record).toMatchObject({ exitCode: 0, results: {} })
    expect(record?.guid).toMatch(/^[0-9a-z]{8}-[0-9a-z]{8}-[0-9a-z]{8}$/)
    expect(exit).toBe(0)
    await untilGone(namespace)
  })

  test('makes the wares that others have published for the same files', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({
      script: 'umask 022; mkdir -p /task/out/beep; echo hello > /task/file',
      outputs: ['/task/out', '/task/file', '/task/never'],
    })
    const { record } = await run(namespace, build)
    expect(record?.results).toEqual({
      '/task/out': idOf('repeatr-doc-beep'),
      '/task/file': idOf('reach-hellomodule'),
      '/task/never': 'tar:-',
    })
  })

  test('whose action fails has packed its outputs, and ends with 32', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({
      script: 'mkdir -p /task/out/beep; exit 3',
      outputs: ['/task/out'],
    })
    const [own, passed] = await Promise.all([
      run(namespace, build),
      run(namespace, build, '--exit-code', 'passthrough'),
    ])
    for (const { record } of [own, passed]) {
      expect(record?.exitCode).toBe(3)
      expect(record?.results).toEqual({ '/task/out': idOf('repeatr-doc-beep') })
    }
    expect([own.exit, passed.exit]).toEqual([32, 3])
    expect(own.stderr).toContain('error: the action ended with exit code 3')
  })

  test('tells every event on a line of its own in JSON', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'echo a b' })
    const { exit, stdout } = await run(namespace, build, '-o', 'json')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(events.find((event) => 'txt' in event)).toMatchObject({
      txt: { msg: 'a b\n' },
    })
    expect(Object.keys(events.at(-1) ?? {})).toEqual(['result'])
    expect(events.at(-1)).toMatchObject({ result: { runRecord: { exitCode: 0 } } })
    expect(exit).toBe(0)
  })

  test('takes variables and patches, which make it another formula', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'echo "$A $B"; id -u' })
    const patch = join(makeDirectory(), 'patch.json')
    const action = { env: { A: '1', B: '2' }, userinfo: { uid: 4321 } }
    writeFileSync(patch, JSON.stringify({ formula: { action } }))
    const [plain, changed] = await Promise.all([
      run(namespace, build),
      run(namespace, build, '--patch', patch, '-e', 'B=3'),
    ])
    expect(outputOf(changed.stderr)).toBe('1 3\n4321\n')
    expect(changed.record?.formulaID).not.toBe(plain.record?.formulaID)
  })

  test('runs where Pod Security is restricted, without the webhook', async () => {
    const namespace = await makeNamespace([
      'pod-security.kubernetes.io/enforce=restricted',
      'r2k8s.io/webhook=disabled',
    ])
    const { exit, stderr } = await run(namespace, writeBuild({ script: 'id -u' }))
    expect(outputOf(stderr)).toBe('1000\n')
    expect(exit).toBe(0)
  })

  test('with sixty outputs has all of them in its record', async () => {
    const namespace = await makeNamespace()
    const outputs = Array.from({ length: 60 }, (_, i) => `/task/out/${i}`)
    const script = 'mkdir -p out; for i in $(seq 0 59); do echo $i > out/$i; done'
    const { record } = await run(namespace, writeBuild({ script, outputs }))
    expect(Object.keys(record?.results ?? {}).sort()).toEqual([...outputs].sort())
    expect(new Set(Object.values(record?.results ?? {})).size).toBe(60)
  })

  test('loses and doubles no line of many', async () => {
    const namespace = await makeNamespace()
    const count = 200_000
    const build = writeBuild({ script: `seq 1 ${count}` })
    const { stderr } = await run(namespace, build)
    expect(outputOf(stderr)).toBe(
      Array.from({ length: count }, (_, i) => `${i + 1}\n`).join(''),
    )
  })
})
