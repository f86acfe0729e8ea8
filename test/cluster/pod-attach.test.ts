import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { attachToPod } from '../../src/cluster/pod-attach.ts'
import type { StreamsQuery, WindowSize } from '../../src/cluster/pod-streams.ts'
import { refuse, serve, sink } from './stream-scene.ts'
import { breakOff, json } from './api-server.ts'
import type { Conversation } from './exec-server.ts'

/** One that the user changes. */
function window(first: WindowSize | undefined) {
  let tell: ((size: WindowSize) => void) | undefined
  return {
    sizes: {
      watch: (listener: (size: WindowSize) => void) => {
        tell = listener
        if (first !== undefined) listener(first)
        return () => {
          tell = undefined
        }
      },
    },
    resize: (size: WindowSize) => tell?.(size),
    isWatched: () => tell !== undefined,
  }
}

const at: StreamsQuery = { namespace: 'shop', pod: 'web', container: 'main' }
const end = ({ exit }: Conversation) => {
  exit(0)
}
const silent = () => new Readable({ read: () => undefined })

describe('the streams that are asked for', () => {
  test.each([
    [
      'input alone',
      { stdin: silent() },
      'stdin=true&stdout=false&stderr=false&tty=false',
    ],
    [
      'both outputs',
      { stdout: sink().stream, stderr: sink().stream },
      'stdin=false&stdout=true&stderr=true&tty=false',
    ],
    [
      'a terminal, which has one output',
      { stdin: silent(), stdout: sink().stream, stderr: sink().stream, tty: true },
      'stdin=true&stdout=true&stderr=false&tty=true',
    ],
  ])('are %s', async (_, streams, query) => {
    const { client, asked } = await serve(end)
    expect(await attachToPod(client, { ...at, ...streams })).toEqual({ kind: 'ended' })
    const { pathname, search } = asked[0]?.url ?? new URL('x:')
    expect(pathname).toBe('/base/api/v1/namespaces/shop/pods/web/attach')
    expect(search).toBe(`?container=main&${query}`)
  })

  test('have to be of a protocol that knows an end of the input', async () => {
    const { client, asked } = await serve(end)
    await attachToPod(client, { ...at, stdin: Readable.from([]) })
    expect(asked[0]?.protocols).toBe('v5.channel.k8s.io')
    await attachToPod(client, { ...at, stdin: silent(), tty: true })
    expect(asked[1]?.protocols).toBe('v5.channel.k8s.io, v4.channel.k8s.io')
  })
})

test('input goes there, and its end, while the output comes', async () => {
  let heard: Conversation['heard'] = []
  const { client } = await serve((conversation) => {
    heard = conversation.heard
    conversation.socket.on('data', () => {
      if (heard.at(-1)?.[0] !== 255) return
      conversation.say(1, 'done\n')
      conversation.exit(0)
    })
  })
  const stdout = sink()
  const stdin = Readable.from([Buffer.from('one\n'), Buffer.from('two\n')])
  await attachToPod(client, { ...at, stdin, stdout: stdout.stream })
  expect(heard).toEqual([
    [0, 'one\n'],
    [0, 'two\n'],
    [255, '\0'],
  ])
  expect(stdout.text()).toBe('done\n')
})

describe('the size of a terminal', () => {
  const told = ({ heard }: Conversation) =>
    heard
      .filter(([channel]) => channel === 4)
      .map(([, text]) => JSON.parse(text) as unknown)

  test('is told at once, and whenever it changes, until it is over', async () => {
    const { sizes, resize, isWatched } = window({ width: 80, height: 24 })
    let sent: unknown[] = []
    const { client } = await serve((conversation) => {
      conversation.socket.on('data', () => {
        sent = told(conversation)
        if (sent.length === 1) resize({ width: 101, height: 33 })
        if (sent.length === 2) conversation.exit(0)
      })
    })
    await attachToPod(client, { ...at, stdin: silent(), tty: true, sizes })
    expect(sent).toEqual([
      { Width: 80, Height: 24 },
      { Width: 101, Height: 33 },
    ])
    expect(isWatched()).toBe(false)
  })

  test('that is not known is not told', async () => {
    const { sizes } = window(undefined)
    let sent: unknown[] = []
    const { client } = await serve((conversation) => {
      conversation.socket.on('data', () => {
        sent = told(conversation)
        conversation.exit(0)
      })
    })
    const stdin = Readable.from([Buffer.from('x')])
    await attachToPod(client, { ...at, stdin, tty: true, sizes })
    expect(sent).toEqual([])
  })
})

describe('what goes wrong', () => {
  test('is a refusal when the container does not run, before and after the connection opens', async () => {
    const why = 'container main not found in pod web_shop'
    const { client } = await serve(({ say }) =>
      say(3, JSON.stringify({ status: 'Failure', message: why, code: 500 })),
    )
    const late = await attachToPod(client, { ...at, stdin: silent() })
    expect(late).toMatchObject({ kind: 'refused', status: 500, message: why })
    const early = await refuse(json(404, { message: 'pods "web" not found' }))
    expect(await attachToPod(early.client, { ...at, stdin: silent() })).toMatchObject({
      kind: 'refused',
      status: 404,
    })
  })

  test.each([
    ['ends', ({ socket }: Conversation) => socket.end(), /ended before/],
    ['is cut', ({ socket }: Conversation) => socket.destroy(), /ended before|aborted/],
  ])('is a broken connection when one that was there %s', async (_, act, why) => {
    const { client } = await serve((conversation) => {
      setTimeout(() => void act(conversation), 30)
    })
    const outcome = await attachToPod(client, { ...at, stdin: silent() })
    expect(outcome).toMatchObject({
      kind: 'broken',
      error: {
        code: 'cluster-unreachable',
        message: expect.stringMatching(why) as unknown,
      },
    })
  })

  test('is thrown when there was none', async () => {
    const { client } = await refuse(breakOff)
    await expect(attachToPod(client, { ...at, stdin: silent() })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringContaining('attach to container "main" of pod') as unknown,
    })
  })

  test('of a terminal is noticed, although somebody may type', async () => {
    const { client } = await serve(() => undefined)
    const query = { ...at, stdin: silent(), tty: true, pingEvery: 5 }
    expect(await attachToPod(client, query)).toMatchObject({
      kind: 'broken',
      error: { message: expect.stringContaining('no sign of life') as unknown },
    })
  })

  test('is nobody else’s when it is cancelled', async () => {
    const over = new AbortController()
    const { client } = await serve(() => {
      over.abort()
    })
    const attaching = attachToPod(client, { ...at, stdin: silent(), signal: over.signal })
    await expect(attaching).rejects.toMatchObject({ code: 'cancelled' })
  })
})
