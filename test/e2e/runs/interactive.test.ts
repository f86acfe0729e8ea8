import { createHash, randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { kubectl, lab, makeNamespace, tryR2k8s } from '../lab.ts'
import { outputOf, readRecord, untilGone, writeBuild } from './build.ts'
import { cutThrough } from './cutting-proxy.ts'
import { sitDown } from './terminal.ts'

describe.concurrent('stdin with -i', () => {
  test('reaches the action byte for byte, and so does its end', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'md5sum; echo after the end' })
    const stdin = randomBytes(5_000_000)
    const args = ['run', '-i', build, '-n', namespace]
    const { exit, stdout, stderr } = await tryR2k8s(args, { stdin })
    const sum = createHash('md5').update(stdin).digest('hex')
    expect(outputOf(stderr)).toBe(`${sum}  -\nafter the end\n`)
    expect(readRecord(stdout)?.exitCode).toBe(0)
    expect(exit).toBe(0)
  })

  test('may go on when the action has ended', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'head -n 1; exit 3' })
    const child = spawn(lab.program, ['run', '-i', build, '-n', namespace], {
      env: { ...process.env, KUBECONFIG: lab.kubeconfig },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.write('one line\n')
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code).toBe(32)
  })

  test('that a broken connection cuts is an error, and the run is judged all the same', async () => {
    const namespace = await makeNamespace()
    const proxy = await cutThrough()
    const build = writeBuild({ script: 'sleep 6; wc -c' })
    const through = ['--server', proxy.server, '--tls-server-name', proxy.name]
    const args = ['run', '-i', build, '-n', namespace, ...through]
    const child = spawn(lab.program, args, {
      env: { ...process.env, KUBECONFIG: lab.kubeconfig },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      const isFirst = !stderr.includes('the action runs')
      stderr += chunk.toString()
      if (isFirst && stderr.includes('the action runs')) setTimeout(proxy.cut, 2500)
    })
    child.stdin.on('error', () => undefined) // its reader goes
    child.stdin.end(Buffer.alloc(200_000_000))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(stderr).toContain('cannot pass all of stdin on to the action: after ')
    expect(Number(outputOf(stderr))).toBeLessThan(200_000_000)
    expect(readRecord(stdout)?.exitCode).toBe(0)
    expect(code).toBe(63)
    await untilGone(namespace)
  })
})

test('without -i the action has nothing to read', async () => {
  const namespace = await makeNamespace()
  const build = writeBuild({ script: 'wc -c' })
  const { stderr } = await tryR2k8s(['run', build, '-n', namespace], {
    stdin: 'not read',
  })
  expect(outputOf(stderr)).toBe('0\n')
})

describe.concurrent('a terminal with -i -t', () => {
  const shell = () => writeBuild({ script: 'echo welcome; exec /bin/sh' })

  test('is the action’s, with its size and its Ctrl-C, and is as before when it has ended', async () => {
    const namespace = await makeNamespace()
    const seat = sitDown(['run', '-i', '-t', shell(), '-n', namespace])
    // What is written before anybody is there comes from the log.
    await seat.see('welcome\r\n')
    await seat.see('$ ')
    seat.type('echo "size $(stty size)"\r')
    await seat.see('size 33 101\r\n')
    seat.resize()
    await sleep(2000)
    seat.type('echo "size $(stty size)"\r')
    await seat.see('size 40 90\r\n')
    seat.type('sleep 1000\r')
    await sleep(1000)
    seat.type('\u0003')
    await seat.see('^C')
    await seat.see('$ ')
    seat.type('exit 3\r')
    await seat.ended
    const screen = seat.screen()
    expect(screen).toContain('the action ended with exit code 3')
    expect(screen).toContain('"exitCode": 3')
    expect(screen).toContain('code 32\r\n')
    expect(screen).not.toContain('≡⟩')
    // But for the size, which is the user's.
    const [, before] = /before (\S+)/.exec(screen) ?? []
    const [, after] = /after (\S+)/.exec(screen) ?? []
    expect(after).toBe(before)
    expect(before).toMatch(/^[0-9a-f:]+$/)
    await untilGone(namespace)
  })

  test('outlives a connection', async () => {
    const namespace = await makeNamespace()
    const proxy = await cutThrough()
    const through = ['--server', proxy.server, '--tls-server-name', proxy.name]
    const seat = sitDown(['run', '-it', shell(), '-n', namespace, ...through])
    await seat.see('$ ')
    seat.type('for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.5; done\r')
    await seat.see('line 2\r\n')
    proxy.cut()
    await seat.see('attaching again')
    await seat.see('line 8\r\n')
    seat.type('echo still "here"\r')
    await seat.see('still here\r\n')
    seat.type('exit\r')
    await seat.ended
    const lines = seat.screen().match(/line \d(?=\r\n)/g)
    expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((i) => `line ${i}`))
    expect(seat.screen()).toContain('code 0\r\n')
  })

  test('that is closed takes the run with it', async () => {
    const namespace = await makeNamespace()
    const seat = sitDown(['run', '-it', shell(), '-n', namespace])
    await seat.see('$ ')
    seat.close()
    await untilGone(namespace)
  })

  test('shows all of an action that is quick, once', async () => {
    const namespace = await makeNamespace()
    const build = writeBuild({ script: 'seq 1 20000; printf bye' })
    const seat = sitDown(['run', '-it', '-q', build, '-n', namespace])
    await seat.ended
    const numbers = seat.screen().match(/^\d+(?=\r$)/gm) ?? []
    expect(numbers.map(Number)).toEqual(Array.from({ length: 20_000 }, (_, i) => i + 1))
    expect(seat.screen()).toContain('bye\r\n')
  })
})

test('a run on a terminal dies with its client, unless it is told to finish', async () => {
  const namespace = await makeNamespace()
  const about = 'jsonpath={.items[*].metadata.annotations.r2k8s\\.io/run-about}'
  const seat = sitDown(['run', '-it', writeBuild({ script: 'cat' }), '-n', namespace])
  await seat.see('the action runs')
  expect(await kubectl(['get', 'jobs', '-n', namespace, '-o', about])).toContain(
    '"onDisconnect":"die"',
  )
  seat.close()
  await untilGone(namespace)
  const finish = ['--on-disconnect', 'finish']
  const other = sitDown([
    'run',
    '-it',
    writeBuild({ script: 'cat' }),
    '-n',
    namespace,
    ...finish,
  ])
  await other.see('the action runs')
  expect(await kubectl(['get', 'jobs', '-n', namespace, '-o', about])).toContain(
    '"onDisconnect":"finish"',
  )
})
