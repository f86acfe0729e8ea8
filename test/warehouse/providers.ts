// The warehouses that the conformance suite runs against: every scheme, on real servers.

import { spawn } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { portOf } from './fixtures.ts'

/** A running store with a folder of its own on disk. */
export interface Store {
  /** With variables for the client. */
  readonly env: Readonly<Record<string, string>>
  /** Of an empty warehouse, in the given spelling. */
  readonly address: (scheme: string) => Promise<string>
  /** Where that warehouse's files lie. */
  readonly folder: (address: string) => string
  readonly stop: () => Promise<void>
}

let count = 0

export async function startFolder(): Promise<Store> {
  const root = await mkdtemp(join(tmpdir(), 'r2k8s-folder-'))
  return {
    env: {},
    address: async (scheme) => {
      const base = join(root, String(count++))
      await mkdir(base)
      return `${scheme}://${base}${isSingle(scheme) ? '/ware.tgz' : ''}`
    },
    folder: (address) => {
      const path = address.replace(/^.*?:\/\//, '')
      return path.endsWith('ware.tgz') ? dirname(path) : path
    },
    stop: () => {
      rmSync(root, { recursive: true })
      return Promise.resolve()
    },
  }
}

function isSingle(scheme: string): boolean {
  return !scheme.includes('+')
}

/** Does what `ware serve --write` promises, without looking into what it gets. */
export async function startHttp(): Promise<Store> {
  const folders = await startFolder()
  const root = dirname(folders.folder(await folders.address('ca+file')))
  const server = createHttpServer((request, response) => {
    const answer = (status: number) => response.writeHead(status).end()
    const path = join(root, request.url ?? '')
    if (request.method === 'PUT') {
      if (request.headers.authorization !== 'Bearer open sesame') {
        answer(401)
        return
      }
      const temporary = join(root, `.new.${count++}`)
      pipeline(request, createWriteStream(temporary)).then(
        () => {
          mkdirSync(dirname(path), { recursive: true })
          renameSync(temporary, path)
          answer(201)
        },
        () => {
          rmSync(temporary, { force: true })
        },
      )
      return
    }
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined) {
      answer(404)
      return
    }
    response.writeHead(200, { 'content-length': size })
    if (request.method === 'HEAD') response.end()
    else createReadStream(path).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `127.0.0.1:${portOf(server.address())}`
  return {
    env: { R2K8S_WAREHOUSE_TOKEN: 'open sesame' },
    address: async (scheme) => {
      const path = folders.folder(await folders.address('ca+file'))
      const place = path.slice(root.length)
      return `${scheme}://${origin}${place}${isSingle(scheme) ? '/ware.tgz' : ''}`
    },
    folder: (address) => {
      const place = new URL(address.replace(/^ca\+|\+ca/, '')).pathname
      return join(root, place.replace(/\/ware\.tgz$/, ''))
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await folders.stop()
    },
  }
}

/** A real S3 server over a folder, whose program the tests are given. */
export async function startS3(
  program: string,
  region: 'us-east-1' | 'auto',
): Promise<Store> {
  const top = await mkdtemp(join(tmpdir(), 'r2k8s-s3-'))
  const [root, attributes] = [join(top, 'buckets'), join(top, 'attributes')]
  await Promise.all([mkdir(root), mkdir(attributes)])
  const port = await freePort()
  const access = { access: 'some-access-key', secret: 'some-secret-key' }
  const child = spawn(
    program,
    ['--access', access.access, '--secret', access.secret, '--quiet', '--region', region]
      .concat(['--port', `127.0.0.1:${port}`, 'posix', '--sidecar', attributes])
      .concat(root),
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let complaint = ''
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()))
  await waitForPort(port, () => {
    if (child.exitCode !== null) throw new Error(`the S3 server ended: ${complaint}`)
  })
  const endpoint = `http://127.0.0.1:${port}`
  return {
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_ACCESS_KEY_ID: access.access,
      AWS_SECRET_ACCESS_KEY: access.secret,
      R2K8S_GS_ENDPOINT: endpoint,
      GS_ACCESS_KEY_ID: access.access,
      GS_SECRET_ACCESS_KEY: access.secret,
    },
    address: async (scheme) => {
      const bucket = `bucket-${count++}`
      await mkdir(join(root, bucket))
      return `${scheme}://${bucket}/some/place${isSingle(scheme) ? '/ware one.tgz' : ''}`.replace(
        ' ',
        '%20',
      )
    },
    folder: (address) => join(root, new URL(address).hostname),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      if (child.exitCode === null) await ended
      rmSync(top, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function waitForPort(port: number, check: () => void): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    check()
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket
        .once('connect', () => {
          resolve(true)
        })
        .once('error', () => {
          resolve(false)
        })
      socket.once('connect', () => socket.destroy())
    })
    if (isOpen) return
    await sleep(25)
  }
  throw new Error(`nothing listens on port ${port}`)
}
