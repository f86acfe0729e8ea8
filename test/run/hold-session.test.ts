import { PassThrough } from 'node:stream'
import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import type { ActionTerminal } from '../../src/run/conversation.ts'
import { holdSession } from '../../src/run/hold-session.ts'
import { serveExec, type Conversation } from '../cluster/exec-server.ts'
import { recordedRun } from './recordings.ts'
import { startConversation, type TestConversation } from './start-conversation.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** What a user sees, and what became of the terminal. */
function sit() {
  const keys = new PassThrough()
  const said: string[] = []
  let screen = ''
  let isLent = false
  const terminal: ActionTerminal = {
    keys,
    sizes: {
      watch: (tell) => {
        tell({ width: 80, height: 24 })
        return () => undefined
      },
    },
    show: (bytes) => {
      screen += Buffer.from(bytes).toString()
      return Promise.resolve()
    },
    enter: () => (isLent = true),
    leave: () => (isLent = false),
    gap: () => said.push('gap'),
    quiet: () => said.push('quiet'),
  }
  return { terminal, keys, said, screen: () => screen, isLent: () => isLent }
}

type User = ReturnType<typeof sit>

interface Scene {
  readonly user: User
  readonly run: TestConversation
  readonly times: number
}

interface Setting {
  /** What the node does with each connection. */
  readonly node: (conversation: Conversation, scene: Scene) => void
  /** What the log has whenever it is asked for; undefined for none. */
  readonly log?: () => string | undefined
  readonly view?: string
}

async function hold({ node, log = () => '', view = 'running' }: Setting) {
  const user = sit()
  let times = 0
  const queries: string[] = []
  const answer: RequestListener = (request, response) => {
    const text = request.url?.includes('/log?') === true ? log() : undefined
    queries.push(request.url ?? '')
    response.writeHead(text === undefined ? 500 : 200)
    response.end(text)
  }
  const server = await serveExec(
    (conversation) => {
      node(conversation, { user, run, times: ++times })
    },
    { answer },
  )
  open.push(server.close)
  const run = startConversation(server.client, recordedRun(view))
  await holdSession(run.conversation, user.terminal)
  return { user, run, attached: server.asked.map(({ url }) => url) }
}

/** The program and its container end, as far as this connection goes. */
function exit({ exit }: Conversation, { run }: Scene): void {
  exit(0)
  run.end()
}

/** Calls for each text that is typed. */
function onKeys({ socket, heard }: Conversation, hear: (typed: string) => void): void {
  let known = 0
  socket.on('data', () => {
    const typed = heard.filter(([channel]) => channel === 0).map(([, text]) => text)
    for (const text of typed.slice(known)) hear(text)
    known = typed.length
  })
}

const sizesOf = ({ heard }: Conversation) =>
  heard.filter(([channel]) => channel === 4).map(([, text]) => text)

describe('a session', () => {
  test('begins with what was written before, and each byte is there once', async () => {
    const { user, attached, run } = await hold({
      log: () => 'Welcome.\nHere is\n',
      node: (conversation, scene) => {
        conversation.say(1, 'Here is\r\n$ ')
        onKeys(conversation, () => {
          conversation.say(1, 'date\r\nnoon\r\n')
          exit(conversation, scene)
        })
        setTimeout(() => scene.user.keys.write('date\r'), 20)
      },
    })
    expect(user.screen()).toBe('Welcome.\r\nHere is\r\n$ date\r\nnoon\r\n')
    expect(run.begun()).toBe(1)
    expect(attached).toHaveLength(1)
    expect(attached[0]?.search).toBe(
      '?container=action&stdin=true&stdout=true&stderr=false&tty=true',
    )
  })

  test('has the terminal as long as it lasts, and gives it back', async () => {
    const seen: boolean[] = []
    const { user } = await hold({
      node: (conversation, scene) => {
        seen.push(scene.user.isLent())
        conversation.say(1, '$ ')
        onKeys(conversation, () => {
          seen.push(scene.user.isLent())
          exit(conversation, scene)
        })
        scene.user.keys.write('\u0003')
      },
    })
    expect(seen).toEqual([false, true])
    expect(user.isLent()).toBe(false)
    expect(user.said).toEqual([])
  })

  test('with a program that is silent says that there may be a prompt', async () => {
    const { user } = await hold({
      node: (conversation, scene) => {
        onKeys(conversation, () => {
          exit(conversation, scene)
        })
        scene.user.keys.write('\r')
      },
    })
    expect(user.said).toEqual(['quiet'])
  })

  test('goes on without what was before when there is no log', async () => {
    const { user, run } = await hold({
      log: () => undefined,
      node: (conversation, scene) => {
        conversation.say(1, '$ ')
        setTimeout(() => {
          exit(conversation, scene)
        }, 100)
      },
    })
    expect(user.screen()).toBe('$ ')
    expect(run.troubles).toHaveLength(1)
  })
})

describe('a connection that breaks', () => {
  test('is made again: nothing is lost or doubled, and the screen is drawn again', async () => {
    const sizes: string[][] = []
    let log = 'one\n'
    const { user, run } = await hold({
      log: () => log,
      node: (conversation, scene) => {
        const { say, socket } = conversation
        if (scene.times === 1) {
          say(1, 'one\r\n')
          setTimeout(() => {
            sizes.push(sizesOf(conversation))
            log = 'one\ntwo\nthree\n'
            socket.destroy()
          }, 100)
          return
        }
        setTimeout(() => say(1, 'three\r\n$ '), 50)
        onKeys(conversation, () => {
          sizes.push(sizesOf(conversation))
          exit(conversation, scene)
        })
        setTimeout(() => scene.user.keys.write('x'), 100)
      },
    })
    expect(user.screen()).toBe('one\r\ntwo\r\nthree\r\n$ ')
    expect(run.troubles.map(({ message }) => message)).toMatchObject([
      expect.stringMatching(/^cannot stay on this terminal: .*; attaching again$/),
    ])
    const real = '{"Width":80,"Height":24}'
    expect(sizes).toEqual([[real], ['{"Width":81,"Height":25}', real]])
  })

  test('leaves the keys to the next one', async () => {
    let typed = ''
    const { user } = await hold({
      node: (conversation, scene) => {
        conversation.say(1, '$ ')
        if (scene.times === 1) {
          setTimeout(() => conversation.socket.destroy(), 50)
          conversation.socket.on('close', () => scene.user.keys.write('\u0003'))
          return
        }
        onKeys(conversation, (text) => {
          typed += text
          if (scene.user.isLent()) exit(conversation, scene)
        })
      },
    })
    expect(typed).toBe('\u0003')
    expect(user.isLent()).toBe(false)
  })

  test('says so when what was written meanwhile cannot be told from what is there', async () => {
    let log = 'one\n'
    const { user } = await hold({
      log: () => log,
      node: (conversation, scene) => {
        if (scene.times === 1) {
          conversation.say(1, 'drawn\r\n')
          setTimeout(() => {
            log = 'other\n'
            conversation.socket.destroy()
          }, 100)
          return
        }
        conversation.say(1, '$ ')
        setTimeout(() => {
          exit(conversation, scene)
        }, 100)
      },
    })
    expect(user.said).toContain('gap')
    expect(user.screen()).toBe('one\r\ndrawn\r\n$ ')
  })

  test('with the end of the action leaves its last lines to the log', async () => {
    let log = 'one\n'
    const { user } = await hold({
      log: () => log,
      node: (conversation, scene) => {
        conversation.say(1, 'one\r\n')
        setTimeout(() => {
          log = 'one\ntwo\n'
          conversation.socket.destroy()
          scene.run.end()
        }, 100)
      },
    })
    expect(user.screen()).toBe('one\r\ntwo\r\n')
  })
})

test('an action that was over before anybody was there has its log shown as it is', async () => {
  const { user, attached } = await hold({
    log: () =>
      '2026-01-01T10:00:01.000000000Z done\n2026-01-01T10:00:02.000000000Z bye\n',
    view: 'completed',
    node: () => undefined,
  })
  expect(user.screen()).toBe('done\nbye\n')
  expect(attached).toEqual([])
  expect(user.isLent()).toBe(false)
})

test('an action that was never started has no session', async () => {
  const { user, run } = await hold({ view: 'no-program', node: () => undefined })
  expect([user.screen(), run.begun()]).toEqual(['', 0])
})
