import { Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { execInPod, type ExecQuery } from '../../src/cluster/pod-exec.ts'
import { refuse, serve, sink } from './stream-scene.ts'
import { breakOff, json } from './api-server.ts'
import { exitStatus, frame, message, type Conversation } from './exec-server.ts'

/** Once it has stayed the same for a while. */
async function settled(count: () => number): Promise<number> {
  for (;;) {
    const before = count()
    await new Promise((resolve) => setTimeout(resolve, 300))
    if (count() === before) return before
  }
}

const at = { namespace: 'shop', pod: 'web', container: 'main' }
const query: ExecQuery = { ...at, command: ['cat'] }
const soon = (act: () => void) => setTimeout(act, 30)

describe('a program', () => {
  test('has its outputs told apart, and its exit code told', async () => {
    const { client } = await serve(({ say, exit }) => {
      for (const channel of [0, 1, 2, 3]) say(channel, '')
      say(1, 'out 1\n')
      say(2, 'err\n')
      say(1, 'out 2\n')
      exit(3)
    })
    const [stdout, stderr] = [sink(), sink()]
    const streams = { stdout: stdout.stream, stderr: stderr.stream }
    const outcome = await execInPod(client, { ...query, ...streams })
    expect(outcome).toEqual({ kind: 'exited', code: 3 })
    expect([stdout.text(), stderr.text()]).toEqual(['out 1\nout 2\n', 'err\n'])
    expect(stdout.stream.writableEnded).toBe(false)
  })

  test('that succeeds has exit code 0', async () => {
    const { client } = await serve(({ exit }) => {
      exit(0)
    })
    expect(await execInPod(client, query)).toEqual({ kind: 'exited', code: 0 })
  })

  test('gets each word of its command as it is', async () => {
    const { client, asked } = await serve(({ exit }) => {
      exit(0)
    })
    await execInPod(client, { ...at, command: ['echo', 'a b', '&x=1', ''] })
    const { url, protocols } = asked[0] ?? { url: new URL('x:'), protocols: '' }
    expect(url.pathname).toBe('/base/api/v1/namespaces/shop/pods/web/exec')
    expect(url.searchParams.getAll('command')).toEqual(['echo', 'a b', '&x=1', ''])
    expect(url.searchParams.get('stdin')).toBeNull()
    expect(protocols).toBe('v5.channel.k8s.io, v4.channel.k8s.io')
  })

  test('reads its input to the end of it', async () => {
    const big = Buffer.alloc(100_000, 'x')
    let heard: Conversation['heard'] = []
    const { client, asked } = await serve((conversation) => {
      heard = conversation.heard
      conversation.socket.on('data', () => {
        if (heard.at(-1)?.[0] === 255) conversation.exit(0)
      })
    })
    const stdin = Readable.from([Buffer.from('one\n'), Buffer.alloc(0), big])
    await execInPod(client, { ...query, stdin })
    const text = heard.map(([channel, content]) => (channel === 0 ? content : ''))
    expect(text.join('')).toBe(`one\n${big.toString()}`)
    expect(heard.at(-1)).toEqual([255, '\0'])
    // Older protocols cannot say where the input ends.
    expect(asked[0]?.protocols).toBe('v5.channel.k8s.io')
  })

  test('may end before its input does', async () => {
    const { client } = await serve(({ exit }) => {
      exit(1)
    })
    const stdin = new Readable({ read: () => undefined })
    const outcome = await execInPod(client, { ...query, stdin })
    expect(outcome).toEqual({ kind: 'exited', code: 1 })
    expect(stdin.destroyed).toBe(true)
  })

  test('on a terminal has one output, and may have an older protocol', async () => {
    const { client, asked } = await serve(({ exit }) => {
      exit(0)
    })
    const streams = { stdin: Readable.from([]), stderr: sink().stream }
    await execInPod(client, { ...query, ...streams, tty: true })
    expect(asked[0]?.url.search).toBe(
      '?container=main&stdout=true&command=cat&stdin=true&tty=true',
    )
    expect(asked[0]?.protocols).toContain('v4')
  })
})

describe('is refused, in the words of the server,', () => {
  test.each([403, 404])('what it answers %d to', async (status) => {
    const body = { reason: 'Sorry', message: 'pods "web" is not for you' }
    const { client } = await refuse(json(status, body))
    expect(await execInPod(client, query)).toEqual({ kind: 'refused', status, ...body })
  })

  test('what a proxy stops', async () => {
    const { client } = await refuse((_, response) => {
      response.writeHead(502)
      response.end('bad gateway')
    })
    expect(await execInPod(client, query)).toMatchObject({ message: 'bad gateway' })
  })

  test('what is asked with credentials that are old, and with new ones', async () => {
    const { client, authorizations } = await refuse(json(401, { message: 'who?' }))
    expect(await execInPod(client, query)).toMatchObject({ status: 401, message: 'who?' })
    expect(authorizations).toEqual(['Bearer old', 'Bearer new'])
  })

  test('a protocol that it does not speak', async () => {
    const { client } = await refuse((_, response) => {
      response.writeHead(403)
      response.end()
    })
    const outcome = await execInPod(client, { ...query, stdin: Readable.from([]) })
    expect(outcome).toMatchObject({
      status: 403,
      message: 'the server answered 403 to v5.channel.k8s.io',
    })
  })

  test('a program that cannot be started', async () => {
    const why = 'exec: "cat": no such file'
    const { client } = await serve(({ say }) =>
      say(
        3,
        JSON.stringify({
          status: 'Failure',
          code: 500,
          reason: 'InternalError',
          message: why,
        }),
      ),
    )
    expect(await execInPod(client, query)).toEqual({
      kind: 'refused',
      status: 500,
      reason: 'InternalError',
      message: why,
    })
  })
})

describe('fails', () => {
  const unreachable = (why: RegExp) => ({
    code: 'cluster-unreachable',
    message: expect.stringMatching(why) as unknown,
  })

  test('when there is no answer', async () => {
    const { client } = await refuse(breakOff)
    await expect(execInPod(client, query)).rejects.toMatchObject(
      unreachable(/^cannot run "cat" in pod "shop\/web": 127\.0\.0\.1:\d+: /),
    )
  })

  test('when the server opens no WebSocket, or one of another protocol', async () => {
    const { client } = await refuse(json(200, {}))
    await expect(execInPod(client, query)).rejects.toMatchObject(
      unreachable(/opens no WebSocket/),
    )
    const other = await serve(() => undefined, { protocol: 'v1.channel.k8s.io' })
    await expect(execInPod(other.client, query)).rejects.toMatchObject(
      unreachable(/does not speak v5/),
    )
  })

  test.each([
    ['ends', ({ socket }: Conversation) => socket.end(), /ended before/],
    [
      'breaks off',
      ({ socket }: Conversation) => socket.destroy(),
      /ended before|aborted/,
    ],
    [
      'is closed for a reason',
      ({ socket }: Conversation) =>
        socket.write(frame(8, Buffer.from('\x03\xf3out of order', 'latin1'))),
      /closed the connection: out of order/,
    ],
    [
      'carries what is no frame',
      ({ socket }: Conversation) => socket.write('HTTP/1.1 500 no\r\n\r\n'),
      /WebSocket protocol/,
    ],
    [
      'carries a frame without bounds',
      ({ socket }: Conversation) =>
        socket.write(Buffer.from('827f00ffffffffffffff', 'hex')),
      /too long/,
    ],
  ])('when the connection %s', async (_, act, why) => {
    const { client } = await serve((conversation) => soon(() => void act(conversation)))
    await expect(execInPod(client, query)).rejects.toMatchObject(unreachable(why))
  })

  test('when no ping is answered', async () => {
    const { client } = await serve(() => undefined)
    await expect(execInPod(client, { ...query, pingEvery: 5 })).rejects.toMatchObject(
      unreachable(/no sign of life/),
    )
  })

  test('with the error of the input', async () => {
    const { client } = await serve(() => undefined)
    const stdin = new Readable({ read: () => undefined })
    soon(() => stdin.destroy(new Error('the disk is gone')))
    await expect(execInPod(client, { ...query, stdin })).rejects.toThrow('disk is gone')
  })

  test('with the error of the output', async () => {
    const { client } = await serve(({ say }) => say(1, 'x'))
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => {
        done(new Error('the pipe is closed'))
      },
    })
    stdout.on('error', () => undefined)
    await expect(execInPod(client, { ...query, stdout })).rejects.toThrow(
      'pipe is closed',
    )
  })

  test('when it is cancelled, whatever it waits for', async () => {
    const { client } = await serve(({ say }) => say(1, 'x'))
    const stdout = new Writable({ write: () => undefined })
    const over = new AbortController()
    const running = execInPod(client, { ...query, stdout, signal: over.signal })
    soon(() => {
      over.abort()
    })
    await expect(running).rejects.toMatchObject({ code: 'cancelled' })
    const again = execInPod(client, { ...query, signal: over.signal })
    await expect(again).rejects.toMatchObject({ code: 'cancelled' })
  })
})

test('messages may come in pieces, with pings between them', async () => {
  let control: readonly number[] = []
  const { client } = await serve(async (conversation) => {
    control = conversation.control
    const bytes = Buffer.concat([
      frame(2, message(1, 'one '), false),
      frame(9, Buffer.from('hello')),
      frame(0, Buffer.from('two'), true),
      frame(2, message(1, Buffer.alloc(70_000, '.'))),
      frame(1, message(3, exitStatus(0).slice(0, 9))),
      frame(1, message(3, exitStatus(0).slice(9))),
    ])
    for (let i = 0; i < bytes.length; i += i < 40 ? 1 : 7_001) {
      conversation.socket.write(bytes.subarray(i, i < 40 ? i + 1 : i + 7_001))
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  const stdout = sink()
  const outcome = await execInPod(client, { ...query, stdout: stdout.stream })
  expect(outcome).toEqual({ kind: 'exited', code: 0 })
  expect(stdout.text()).toBe(`one two${'.'.repeat(70_000)}`)
  expect(control).toContain(10)
})

test('a quiet program is kept alive by pings that are answered', async () => {
  const { client } = await serve(({ socket, control, exit }) => {
    socket.on('data', () => {
      if (control.length > 20) exit(0)
      else socket.write(frame(10, Buffer.alloc(0)))
    })
  })
  const outcome = await execInPod(client, { ...query, pingEvery: 5 })
  expect(outcome).toEqual({ kind: 'exited', code: 0 })
})

test('an output that falls behind holds the program up', async () => {
  const piece = Buffer.alloc(1_000_000)
  let sent = 0
  const { client } = await serve(({ socket, say, exit }) => {
    const more = () => {
      while (sent < 100) {
        sent++
        if (!say(1, piece)) return
      }
      socket.off('drain', more)
      exit(0)
    }
    socket.on('drain', more)
    more()
  })
  let received = 0
  let goOn: (() => void) | undefined
  const stdout = new Writable({
    write: (chunk: Uint8Array, _, done) => {
      if (received === 0) goOn = done
      else done()
      received += chunk.length
    },
  })
  const running = execInPod(client, { ...query, stdout })
  await expect.poll(() => goOn).toBeDefined()
  expect(await settled(() => sent)).toBeLessThan(50)
  goOn?.()
  expect(await running).toEqual({ kind: 'exited', code: 0 })
  expect(received).toBe(100 * piece.length)
})

test('a program that falls behind holds the input up', async () => {
  const piece = Buffer.alloc(1_000_000)
  let taken = 0
  let read: (() => void) | undefined
  const { client } = await serve(({ socket, heard, exit }) => {
    socket.pause()
    read = () => {
      socket.on('data', () => {
        if (heard.at(-1)?.[0] === 255) exit(0)
      })
      socket.resume()
    }
  })
  const stdin = async function* () {
    while (taken < 60) {
      taken++
      yield await Promise.resolve(piece)
    }
  }
  const running = execInPod(client, { ...query, stdin: stdin() })
  await expect.poll(() => taken).toBeGreaterThan(0)
  expect(await settled(() => taken)).toBeLessThan(40)
  read?.()
  expect(await running).toEqual({ kind: 'exited', code: 0 })
})
