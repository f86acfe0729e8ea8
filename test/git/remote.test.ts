import { Buffer } from 'node:buffer'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHttpClient } from '../../src/http/http-client.ts'
import { HttpFailure } from '../../src/http-exchange.ts'
import { fetchFrom, serve, temporaryDirectory } from './fixtures.ts'
import {
  advertisement,
  fetchPack,
  flush,
  idOf,
  packAnswer,
  packet,
  packOfTree,
  sendInTurn,
  treeOf,
  type Answer,
} from './packs.ts'

const { pack, commit } = packOfTree(treeOf(['100644', 'a', idOf('blob', 'x')]), {
  type: 3,
  data: 'x',
})
const answer = packAnswer(pack)
const url = 'https://git.example/x'

function tips(...lines: string[]): Buffer {
  return Buffer.concat([
    packet('# service=git-upload-pack\n'),
    flush,
    ...lines.map((line) => packet(`${line}\n`)),
    flush,
  ])
}

const page = { headers: { 'content-type': 'text/html' }, body: '<html>' }
const dumb = { headers: { 'content-type': 'text/plain' }, body: `${commit}\trefs/x\n` }
const error = packet('ERR no access for you')
const other = '12'.repeat(20)

describe('a server', () => {
  test.each<[string, Answer[], string, string]>([
    ['answers 404', [{ status: 404 }], 'absent', 'answers 404'],
    ['answers 410', [{ status: 410 }], 'absent', 'answers 410'],
    ['answers 401', [{ status: 401 }], 'unavailable', 'it wants a login'],
    ['answers 403', [{ status: 403 }], 'unavailable', 'it wants a login'],
    ['answers 500', [{ status: 500 }], 'unavailable', 'answers 500'],
    ['answers 302', [{ status: 302 }], 'unavailable', 'answers 302'],
    ['answers 200 with a page', [page], 'unavailable', 'smart protocol'],
    ['is a dumb one', [dumb], 'unavailable', 'smart protocol'],
    ['says nothing', [{}], 'unavailable', 'ends early'],
    ['says something else', [{ body: 'hello you' }], 'unavailable', 'something else'],
    ['says it does not want', [{ body: error }], 'unavailable', 'no access for you'],
    ['sends half a packet', [{ body: '0010abc' }], 'unavailable', 'ends early'],
    [
      'sends an impossible packet',
      [{ body: '0003' }],
      'unavailable',
      'impossible length',
    ],
    [
      'lists no objects',
      [{ body: tips(`${'0'.repeat(40)} capabilities^{}\0side-band-64k`) }],
      'absent',
      'neither branches nor tags',
    ],
    [
      'lists rubbish',
      [{ body: tips('xyz refs/heads/x') }],
      'unavailable',
      'unknown form',
    ],
    [
      'has SHA-256 objects',
      [{ body: tips('version 2', 'fetch', 'object-format=sha256') }],
      'unavailable',
      'SHA-256',
    ],
    [
      'gives no objects',
      [{ body: tips('version 2', 'ls-refs') }],
      'unavailable',
      'no objects',
    ],
    [
      'does not take the command',
      [{ body: advertisement }, { status: 403 }],
      'unavailable',
      'answers 403',
    ],
    [
      'answers the command with a page',
      [{ body: advertisement }, page],
      'unavailable',
      'smart protocol',
    ],
    [
      'breaks off with words',
      [
        { body: advertisement },
        { body: Buffer.concat([packet('packfile\n'), packet('\x03out of memory')]) },
        { body: advertisement },
        { body: Buffer.concat([packet('packfile\n'), packet('\x03out of memory')]) },
      ],
      'unavailable',
      'out of memory',
    ],
    [
      'keeps packs elsewhere',
      [{ body: advertisement }, { body: packet('packfile-uris\n') }],
      'unavailable',
      'another server',
    ],
    [
      'gives neither the commit nor its branches',
      [
        { body: advertisement },
        { body: packet('ERR want not valid') },
        { body: Buffer.concat([packet(`${other} refs/heads/x\n`), flush]) },
        { body: packet('ERR not that, either') },
      ],
      'unavailable',
      'not that, either',
    ],
  ])('that %s ends so', async (_, answers, kind, why) => {
    const repeated = answers.length === 1 ? answers : [...answers, ...answers, ...answers]
    const { send } = sendInTurn(...repeated)
    const { outcome, kept } = await fetchFrom(url, commit, { send })
    expect(outcome.kind).toBe(kind)
    expect(JSON.stringify(outcome)).toContain(why)
    expect(kept).toEqual([])
  })

  test('of version 2 that gives no single commits is asked for its branches', async () => {
    const { send, asked } = sendInTurn(
      { body: advertisement },
      { body: packet('ERR want not valid') },
      {
        body: Buffer.concat([
          packet(`${commit} refs/heads/x\n`),
          packet(`unborn refs/heads/y\n`),
          packet(`${other} refs/pull/1\n`),
          flush,
        ]),
      },
      { body: answer },
    )
    const { outcome } = await fetchFrom(url, commit, { send })
    expect(outcome.kind).toBe('done')
    const { body } = asked.at(-1) ?? {}
    if (!(body instanceof Uint8Array)) throw new Error('nothing was asked')
    const text = Buffer.from(body).toString()
    expect(text).toContain(`want ${commit}`)
    expect(text).not.toContain(other)
    expect(text).not.toContain('deepen')
  })

  test.each(['side-band', 'ofs-delta'])(
    'of version 0 that can only %s is understood',
    async (word) => {
      const { send } = sendInTurn(
        { body: tips(`${commit} refs/heads/x\0${word}`) },
        {
          body: Buffer.concat([
            packet('NAK\n'),
            word === 'side-band' ? answer.subarray(packet('packfile\n').length) : pack,
          ]),
        },
      )
      const { outcome } = await fetchFrom(url, commit, { send })
      expect(outcome).toEqual({ kind: 'done' })
    },
  )

  test('that stumbles is asked again', async () => {
    const { send, asked } = sendInTurn(
      { status: 503 },
      { body: advertisement },
      { body: answer.subarray(0, -30) },
      { body: advertisement },
      { body: answer },
    )
    const { outcome, kept } = await fetchFrom(url, commit, { send })
    expect(outcome.kind).toBe('done')
    expect(kept).toHaveLength(2)
    expect(asked).toHaveLength(5)
  })

  test('that does not stop stumbling is given up', async () => {
    const { send, asked } = sendInTurn({ status: 503 })
    const waits: number[] = []
    const wait = (time: number) => {
      waits.push(time)
      return Promise.resolve()
    }
    expect((await fetchFrom(url, commit, { send, wait })).outcome.kind).toBe(
      'unavailable',
    )
    expect(asked).toHaveLength(3)
    expect(waits).toHaveLength(2)
  })

  test('that cannot be reached is unavailable', async () => {
    const send = () => Promise.reject(new HttpFailure('nobody there', false))
    const { outcome } = await fetchFrom(url, commit, { send })
    expect(outcome).toEqual({ kind: 'unavailable', why: 'nobody there' })
  })

  test('that falls silent is asked again', async () => {
    const client = createHttpClient({ env: {}, userAgent: 'test', silenceSeconds: 0.2 })
    onTestFinished(client.close)
    const { url: base, asked } = await serve((request, response) => {
      const kind = request.method === 'GET' ? 'advertisement' : 'result'
      response.setHeader('content-type', `application/x-git-upload-pack-${kind}`)
      if (request.method === 'GET') response.end(advertisement)
      else if (asked.length === 2) response.write(answer.subarray(0, 100))
      else response.end(answer)
    })
    const { outcome } = await fetchFrom(`${base}/x`, commit, { send: client.send })
    expect(outcome.kind).toBe('done')
    expect(asked).toHaveLength(4)
  })

  test('that sends too much is stopped', async () => {
    await expect(fetchPack(pack, commit, { bytes: 100 })).rejects.toThrow('above a limit')
  })

  test('that has moved is asked at its new place', async () => {
    const served = await serve((request, response) => {
      const { pathname, search } = new URL(request.url ?? '', 'http://x')
      if (pathname.startsWith('/old')) {
        const location = `/new.git${pathname.slice(4)}${search}`
        response.writeHead(301, { location }).end()
        return
      }
      const kind = request.method === 'GET' ? 'advertisement' : 'result'
      response.setHeader('content-type', `application/x-git-upload-pack-${kind}`)
      response.end(request.method === 'GET' ? advertisement : answer)
    })
    const { outcome } = await fetchFrom(`${served.url}/old`, commit)
    expect(outcome.kind).toBe('done')
    expect(served.asked.map((request) => request.url)).toEqual([
      '/old/info/refs?service=git-upload-pack',
      '/new.git/info/refs?service=git-upload-pack',
      '/new.git/git-upload-pack',
    ])
  })
})

describe('logins', () => {
  interface Files {
    readonly env?: Readonly<Record<string, string>>
    readonly secret?: Readonly<Record<string, string>>
    readonly address?: string
  }

  /** What is sent along, decoded. */
  async function loginSent({ env = {}, secret = {}, address = url }: Files) {
    const credentialsDirectory = join(temporaryDirectory(), 'secret')
    mkdirSync(credentialsDirectory)
    for (const [name, text] of Object.entries(secret)) {
      writeFileSync(join(credentialsDirectory, name), text)
    }
    const { send, asked } = sendInTurn({ body: advertisement }, { body: answer })
    const { outcome } = await fetchFrom(address, commit, {
      send,
      env,
      credentialsDirectory,
    })
    expect(outcome.kind).toBe('done')
    const sent = asked.map(({ headers }) => headers?.['authorization'])
    expect(sent[1]).toBe(sent[0])
    return sent[0] === undefined
      ? undefined
      : Buffer.from(sent[0].replace(/^Basic /, ''), 'base64').toString()
  }

  function netrcFile(machine: string): string {
    const path = join(temporaryDirectory(), '.netrc')
    writeFileSync(path, `machine ${machine} login me password word`)
    return path
  }

  test('come from the file of the user', async () => {
    const path = netrcFile('git.example')
    expect(await loginSent({ env: { NETRC: path } })).toBe('me:word')
    expect(await loginSent({ env: { HOME: join(path, '..') } })).toBe('me:word')
  })

  test('of other machines stay where they are', async () => {
    expect(
      await loginSent({ env: { NETRC: netrcFile('other.example') } }),
    ).toBeUndefined()
  })

  test.each([
    ['two keys', { username: 'me\n', password: 'wo rd\n' }, 'me:wo rd'],
    ['a password alone', { password: 'token' }, 'git:token'],
    ['a netrc', { netrc: 'machine git.example login me password word' }, 'me:word'],
    ['a user without a password', { username: 'me' }, undefined],
  ])('come from %s of the Secret', async (_, secret, expected) => {
    expect(await loginSent({ secret })).toBe(expected)
  })

  test('are refused in words that do not contain them', async () => {
    const { send } = sendInTurn({ status: 401 })
    const env = { NETRC: netrcFile('git.example') }
    const { outcome, events } = await fetchFrom(url, commit, { send, env })
    expect(outcome).toEqual({
      kind: 'unavailable',
      why: 'git.example answers 401: it does not take the login',
    })
    expect(events).toEqual([])
  })

  test('of the Secret are for the own server only', async () => {
    const tree = treeOf(
      ['100644', '.gitmodules', idOf('blob', modulesAt('https://other.example/x'))],
      ['160000', 'own', commit],
      ['160000', 'sub', commit],
    )
    const outer = packOfTree(tree, {
      type: 3,
      data: modulesAt('https://other.example/x'),
    })
    const credentialsDirectory = temporaryDirectory()
    writeFileSync(join(credentialsDirectory, 'password'), 'token')
    const { send, asked } = sendInTurn(
      { body: advertisement },
      { body: packAnswer(outer.pack) },
      { body: advertisement },
      { body: answer },
      { body: advertisement },
      { body: answer },
    )
    const { outcome } = await fetchFrom(url, outer.commit, { send, credentialsDirectory })
    expect(outcome).toEqual({ kind: 'done' })
    const sent = asked.map((each) => [
      new URL(each.url).host,
      each.headers?.['authorization'] !== undefined,
    ])
    expect(sent.filter((_, i) => i % 2 === 0)).toEqual([
      ['git.example', true],
      ['git.example', true],
      ['other.example', false],
    ])
  })

  test('do not go without TLS to whom only the commit names', async () => {
    const text = modulesAt('http://other.example/x')
    const tree = treeOf(
      ['100644', '.gitmodules', idOf('blob', text)],
      ['160000', 'sub', commit],
    )
    const outer = packOfTree(tree, { type: 3, data: text })
    const { send, asked } = sendInTurn(
      { body: advertisement },
      { body: packAnswer(outer.pack) },
      { body: advertisement },
      { body: answer },
    )
    const env = { NETRC: netrcFile('other.example') }
    const plain = url.replace('https:', 'http:')
    expect((await fetchFrom(plain, outer.commit, { send, env })).outcome.kind).toBe(
      'done',
    )
    expect(asked.at(-1)?.url).toContain('http://other.example')
    expect(asked.map(({ headers }) => headers?.['authorization'])).not.toContain(
      expect.anything(),
    )
    for (const { headers } of asked) expect(headers).not.toHaveProperty('authorization')
  })
})

function modulesAt(place: string): string {
  return `[submodule "a"]\npath = own\nurl = ../y\n[submodule "b"]\npath = sub\nurl = ${place}\n`
}
