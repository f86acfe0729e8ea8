import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { kubectl, makeNamespace, tryKubectl, tryR2k8s, until } from '../lab.ts'
import {
  nameOfRun,
  objectsOf,
  outputOf,
  readRecord,
  startRun,
  untilGone,
  untilSaid,
  writeBuild,
} from './build.ts'

/** A line every half second; ends with 5. */
const counting = (lines: number) =>
  writeBuild({
    script: `for i in $(seq 1 ${lines}); do echo line $i; sleep 0.5; done; exit 5`,
  })

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join('')

/** Deaf to SIGTERM, as the first process of a container is unless it listens. */
const endless = () => writeBuild({ script: 'while true; do echo here; sleep 0.2; done' })

describe.concurrent('a run whose client is killed', () => {
  test('goes on under finish, and tells all of it to who attaches', async () => {
    const namespace = await makeNamespace()
    const client = startRun(namespace, ['run', counting(16)])
    await untilSaid(client, 'line 3')
    client.child.kill('SIGKILL')
    await client.ended
    const name = await nameOfRun(namespace)
    const attached = await tryR2k8s(['attach', name, '-n', namespace])
    expect(outputOf(attached.stderr)).toBe(lines(16))
    expect(readRecord(attached.stdout)?.exitCode).toBe(5)
    expect(attached.exit).toBe(32)

    // It is over now, and its logs are still there.
    const again = await tryR2k8s([
      ...['attach', name, '-n', namespace, '--exit-code', 'passthrough'],
    ])
    expect(outputOf(again.stderr)).toBe(lines(16))
    expect(again.stdout).toBe(attached.stdout)
    expect(again.exit).toBe(5)
    const listed = await tryR2k8s(['runs', '-n', namespace])
    expect(listed.stdout).toMatch(new RegExp(`${name} +build.formula +Failed +5 `))
    const ttl = '{.items[0].spec.ttlSecondsAfterFinished}'
    const args = ['-n', namespace, 'get', 'jobs', '-o', `jsonpath=${ttl}`]
    expect(await kubectl(args)).toBe('300')
  })

  test('ends under die, soon after its lease', async () => {
    const namespace = await makeNamespace()
    const flags = ['--on-disconnect', 'die', '--lease', '12s']
    const client = startRun(namespace, ['run', endless(), ...flags])
    await untilSaid(client, 'here')
    // It lives longer than one lease while somebody is there.
    await sleep(18_000)
    expect(await objectsOf(namespace)).toContain('pod/')
    client.child.kill('SIGKILL')
    await client.ended
    const podIsGone = async () => {
      const { stdout } = await tryKubectl(['-n', namespace, 'get', 'pods', '-o', 'name'])
      return stdout === '' ? true : stdout
    }
    await until('its pod is gone', podIsGone, 40)
  })
})

describe.concurrent('a run that is interrupted', () => {
  test('once ends with its pod, and with 8', async () => {
    const namespace = await makeNamespace()
    const client = startRun(namespace, ['run', endless()])
    await untilSaid(client, 'here')
    client.child.kill('SIGINT')
    const { exit, stdout, stderr } = await client.ended
    expect(stderr).toContain('it was interrupted, and is taken out of the cluster')
    expect([exit, stdout]).toEqual([8, ''])
    await untilGone(namespace)
  })

  test('twice does not wait', async () => {
    const namespace = await makeNamespace()
    const passthrough = ['--exit-code', 'passthrough']
    const client = startRun(namespace, ['run', endless(), ...passthrough])
    await untilSaid(client, 'here')
    client.child.kill('SIGINT')
    await untilSaid(client, 'ending the run')
    client.child.kill('SIGINT')
    const { exit } = await client.ended
    expect(exit).toBe(130)
    await untilGone(namespace)
  })

  test('by the end of its terminal goes on, and says how to come back', async () => {
    const namespace = await makeNamespace()
    const client = startRun(namespace, ['run', endless()])
    await untilSaid(client, 'here')
    client.child.kill('SIGHUP')
    const { exit, stderr } = await client.ended
    const name = await nameOfRun(namespace)
    expect(stderr).toContain(`kubectl r2k8s attach ${name}`)
    expect(exit).toBe(8)
    const cancelled = await tryR2k8s(['cancel', name, 'none', '-n', namespace])
    expect(cancelled.stdout).toBe(`run/${name} cancelled\n`)
    expect(cancelled.stderr).toContain('cannot find the run "none"')
    await untilGone(namespace)
  })
})
