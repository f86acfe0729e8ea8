import { describe, expect, test } from 'vitest'
import { kubectl, lab, makeNamespace } from '../lab.ts'
import { cutThrough } from './cutting-proxy.ts'
import {
  makeDirectory,
  outputOf,
  run,
  startRun,
  untilGone,
  untilSaid,
  writeBuild,
} from './build.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const both = ['repeatr', 'passthrough'] as const

/** A build, with members of its action replaced. */
function withAction(members: object): string {
  const file = writeBuild({ script: 'true' })
  const text = JSON.parse(readFileSync(file, 'utf8')) as { formula: { action: object } }
  Object.assign(text.formula.action, members)
  writeFileSync(file, JSON.stringify(text))
  return file
}

describe.concurrent('a run that cannot be', () => {
  test.each([
    [
      'a missing program',
      { exec: ['/bin/nothing'] },
      [40, 127],
      'it is not in the wares',
    ],
    ['a program that is a directory', { exec: ['/bin'] }, [40, 126], 'it is no file'],
    ['a file as its directory', { cwd: '/etc/motd' }, [40, 126], 'should be a directory'],
  ])('for %s says so', async (_, members, codes, why) => {
    const namespace = await makeNamespace()
    const file = withAction(members)
    const runs = await Promise.all(
      both.map((mode) => run(namespace, file, '--exit-code', mode)),
    )
    expect(runs.map(({ exit }) => exit)).toEqual(codes)
    for (const { stderr, stdout } of runs) {
      expect(stderr).toContain(why)
      expect(stdout).toBe('')
    }
  })

  test('is not started: no root, or a policy that is not allowed', async () => {
    const namespace = await makeNamespace()
    const rootless = join(makeDirectory(), 'rootless.formula')
    writeFileSync(
      rootless,
      '{"formula": {"inputs": {}, "action": {"exec": ["/bin/true"]}}}',
    )
    const [noRoot, noPolicy] = await Promise.all([
      run(namespace, rootless),
      run(namespace, withAction({ policy: 'sysad' })),
    ])
    expect(noRoot.stderr).toContain('no input is placed at "/"')
    expect(noPolicy.stderr).toContain('do not allow its policy "sysad"')
    expect([noRoot.exit, noPolicy.exit]).toEqual([62, 62])
  })

  test('for a warehouse that is down ends with 3', async () => {
    const namespace = await makeNamespace()
    const file = join(makeDirectory(), 'down.formula')
    const text = {
      formula: { inputs: { '/': lab.root }, action: { exec: ['/bin/true'] } },
      context: { fetchUrls: { '/': [`ca+http://${lab.hostAddress}:1/`] } },
    }
    writeFileSync(file, JSON.stringify(text))
    const { exit, stderr } = await run(namespace, file)
    expect(stderr).toContain('refuses connections')
    expect(exit).toBe(3)
  })

  test('waits for its image with the words of the cluster', async () => {
    const namespace = await makeNamespace()
    const flags = ['--agent-image', 'localhost/nowhere:1', '--timeout', '25s']
    const { exit, stderr } = await run(
      namespace,
      writeBuild({ script: 'true' }),
      ...flags,
    )
    expect(stderr).toMatch(
      /waiting, (ErrImagePull|ImagePullBackOff): .*localhost\/nowhere:1/,
    )
    expect(stderr).toContain('its time is over, and it never began: ')
    expect(stderr).toContain('give nodes the agent image "localhost/nowhere:1"')
    expect(exit).toBe(42)
  })
})

describe.concurrent('a run that is ended', () => {
  const endless = () =>
    writeBuild({ script: 'while true; do echo here; sleep 0.2; done' })

  test('by its timeout says so, whatever its program does', async () => {
    const namespace = await makeNamespace()
    const { exit, stderr } = await run(namespace, endless(), '--timeout', '6s')
    expect(stderr).toContain('its time is over')
    expect(exit).toBe(42)
    await untilGone(namespace)
  })

  test('by somebody who deletes its pod says so', async () => {
    const namespace = await makeNamespace()
    const client = startRun(namespace, ['run', endless()])
    await untilSaid(client, 'here')
    const args = ['-n', namespace, 'delete', 'pods', '--all', '--grace-period=1']
    await kubectl([...args, '--wait=false'])
    const { exit, stderr } = await client.ended
    expect(stderr).toContain('its pod was deleted')
    expect(exit).toBe(42)
  })

  test('for lack of memory has its exit code, and the reason', async () => {
    const namespace = await makeNamespace()
    const limits = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'limits' },
      spec: { limits: [{ type: 'Container', default: { memory: '64Mi' } }] },
    }
    await kubectl(['-n', namespace, 'apply', '-f', '-'], {
      stdin: JSON.stringify(limits),
    })
    const script = 'x=aaaaaaaaaaaaaaaa; while true; do x="$x$x"; done'
    const passthrough = ['--exit-code', 'passthrough']
    const { exit, stderr, record } = await run(
      namespace,
      writeBuild({ script }),
      ...passthrough,
    )
    expect(stderr).toContain('OOMKilled')
    expect(record?.exitCode).toBe(137)
    expect(exit).toBe(137)
  })
})

test('a network that is cut again and again costs no line', async () => {
  const namespace = await makeNamespace()
  const proxy = await cutThrough()
  const count = 40
  const script = `for i in $(seq 1 ${count}); do echo line $i; sleep 0.25; done`
  const client = startRun(namespace, [
    'run',
    writeBuild({ script }),
    '--server',
    proxy.server,
    '--tls-server-name',
    proxy.name,
  ])
  for (const at of [3, 10, 17, 24]) {
    await untilSaid(client, `line ${at}\n`)
    proxy.cut()
  }
  const { exit, stderr } = await client.ended
  const expected = Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('')
  expect(outputOf(stderr)).toBe(expected)
  expect(exit).toBe(0)
})
