import { PassThrough, Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { talkToAction } from '../../src/run/talk-to-action.ts'
import { json, serveAnswers } from '../cluster/api-server.ts'
import { serveExec, type Conversation } from '../cluster/exec-server.ts'
import { recordedRun } from './recordings.ts'
import { startConversation, type TestConversation } from './start-conversation.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

type Node = (conversation: Conversation, run: TestConversation, times: number) => void

/** @param node what the node does with each connection */
async function feed(stdin: AsyncIterable<Uint8Array>, node: Node, view = 'running') {
  let times = 0
  const server = await serveExec(
    (conversation) => {
      node(conversation, run, ++times)
    },
    { answer: json(404, { message: 'not found' }) },
  )
  open.push(server.close)
  const run = startConversation(server.client, recordedRun(view))
  let unread = 0
  const problems = await talkToAction(run.conversation, {
    kind: 'input',
    stdin,
    leftUnread: () => {
      unread++
    },
  })
  const urls = server.asked.map(({ url }) => url)
  return { problems, unread, urls, troubles: run.troubles }
}

/** Calls when so many bytes were heard, or the end of the input. */
function onInput(
  { socket, heard }: Conversation,
  hear: (bytes: number, isEnd: boolean) => void,
) {
  socket.on('data', () => {
    const texts = heard.filter(([channel]) => channel === 0).map(([, text]) => text)
    hear(texts.join('').length, heard.at(-1)?.[0] === 255)
  })
}

/** Takes all, as a program that reads to the end. */
const takeAll: Node = (conversation) => {
  onInput(conversation, (_, isEnd) => {
    if (isEnd) conversation.exit(0)
  })
}

describe('an input', () => {
  test('that gets there whole is no problem', async () => {
    const stdin = Readable.from([Buffer.from('all of it')])
    const { problems, urls, troubles } = await feed(stdin, takeAll)
    expect([problems, troubles]).toEqual([[], []])
    expect(urls).toHaveLength(1)
    // What the action writes comes by its log.
    expect(urls[0]?.search).toContain(
      'container=action&stdin=true&stdout=false&stderr=false',
    )
  })

  test('is not touched when the action is over', async () => {
    const stdin: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => {
        throw new Error('it was touched')
      },
    }
    const { problems, urls } = await feed(stdin, takeAll, 'ware-not-found')
    expect([problems, urls]).toEqual([[], []])
  })

  test('that goes on when the action has ended is left alone', async () => {
    const stdin = new PassThrough()
    stdin.write('x')
    const { problems, unread } = await feed(stdin, (conversation, { end }) => {
      onInput(conversation, () => {
        setTimeout(end, 50)
      })
    })
    expect([problems, unread]).toEqual([[], 0])
  })

  test('of which the action leaves much unread is told, and is not read ahead', async () => {
    let taken = 0
    const stdin = async function* () {
      while (taken < 1000) {
        taken++
        yield await Promise.resolve(Buffer.alloc(1_000_000))
      }
    }
    const { problems, unread } = await feed(stdin(), ({ socket }, { end }) => {
      socket.pause()
      setTimeout(end, 500)
    })
    expect([problems, unread]).toEqual([[], 1])
    expect(taken).toBeLessThan(50)
  })

  test('is kept for another try while nobody has taken anything of it', async () => {
    const stdin = new PassThrough()
    let heard: Conversation['heard'] = []
    const { problems, urls } = await feed(stdin, (conversation, _, times) => {
      if (times === 1) {
        conversation.say(
          3,
          JSON.stringify({ status: 'Failure', code: 500, message: 'no' }),
        )
        setTimeout(() => stdin.end('all of it'), 20)
        return
      }
      heard = conversation.heard
      onInput(conversation, (__, isEnd) => {
        if (isEnd) conversation.exit(0)
      })
    })
    expect([problems, urls.length]).toEqual([[], 2])
    expect(heard.map(([, text]) => text).join('')).toBe('all of it\0')
  })
})

describe('an input that does not get there whole', () => {
  test('is a problem that tells how far it came, and ends there for the action', async () => {
    const stdin = new PassThrough()
    stdin.write(Buffer.alloc(5000))
    const ends: boolean[] = []
    const { problems, troubles } = await feed(stdin, (conversation, _, times) => {
      if (times === 1) {
        onInput(conversation, () => conversation.socket.end())
        return
      }
      onInput(conversation, (bytes, isEnd) => {
        ends.push(bytes === 0 && isEnd)
        conversation.exit(0)
      })
    })
    expect(problems).toMatchObject([
      {
        code: 'cluster-unreachable',
        task: 'pass all of stdin on to the action',
        why: expect.stringMatching(
          /^after 5000 bytes at the most, .* ended before/,
        ) as unknown,
      },
    ])
    expect(troubles).toHaveLength(1)
    expect(ends).toEqual([true])
  })

  test('because it cannot be read is a problem of this side', async () => {
    const stdin = new Readable({ read: () => undefined })
    const { problems } = await feed(stdin, (conversation, _, times) => {
      if (times === 1) setTimeout(() => stdin.destroy(new Error('EIO')), 20)
      else takeAll(conversation, _, times)
    })
    expect(problems).toMatchObject([{ code: 'usage', task: 'read stdin to its end' }])
  })
})

describe('a run', () => {
  test('is ended, and the permission named, when nobody may attach', async () => {
    const why = 'pods "p" is forbidden: User "ann" cannot get resource "pods/attach"'
    const server = await serveAnswers(
      json(403, { reason: 'Forbidden', message: why }),
      json(200, { metadata: {}, items: [] }),
    )
    open.push(server.close)
    const { conversation } = startConversation(server.client)
    const talking = talkToAction(conversation, {
      ...{ kind: 'input', stdin: Readable.from([]), leftUnread: () => undefined },
    })
    await expect(talking).rejects.toMatchObject({
      code: 'rejected-by-cluster',
      problems: [
        {
          hints: expect.arrayContaining([
            expect.stringContaining('pods/attach'),
          ]) as unknown,
        },
      ],
    })
    expect(server.asked).toContainEqual(expect.stringMatching(/^DELETE .*\/jobs\//))
  })

  test('that is not followed any more is left as it is', async () => {
    const server = await serveExec(() => {
      run.leave()
    })
    open.push(server.close)
    const run = startConversation(server.client)
    const stdin = new Readable({ read: () => undefined })
    const talking = talkToAction(run.conversation, {
      ...{ kind: 'input', stdin, leftUnread: () => undefined },
    })
    await expect(talking).rejects.toThrow('abort')
    expect(server.asked).toHaveLength(1)
  })
})
