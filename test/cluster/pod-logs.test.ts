import { afterEach, expect, test } from 'vitest'
import { openPodLog, type PodLog, type PodLogQuery } from '../../src/cluster/pod-logs.ts'
import { json, serveAnswers, type Answer, type FaultyServer } from './api-server.ts'

const open: FaultyServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

async function serve(answer: Answer): Promise<FaultyServer> {
  const server = await serveAnswers(answer)
  open.push(server)
  return server
}

const web = { namespace: 'shop', pod: 'web', container: 'main' }

async function openLog(
  server: FaultyServer,
  query: Partial<PodLogQuery> = {},
): Promise<PodLog> {
  const log = await openPodLog(server.client, { ...web, ...query })
  if (log.kind === 'refused') throw new Error(log.message)
  return log
}

async function readAll(log: PodLog): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of log.chunks) chunks.push(new Uint8Array(chunk))
  return Buffer.concat(chunks)
}

/** The stream stays open; `left` is resolved when the client has gone. */
function endless(text: string) {
  let gone: () => void
  const left = new Promise<void>((resolve) => (gone = resolve))
  const answer: Answer = (_, response) => {
    response.on('close', () => {
      gone()
    })
    response.writeHead(200)
    response.flushHeaders()
    if (text !== '') response.write(text)
  }
  return { answer, left }
}

test('bytes come as they were written, also those that are no text', async () => {
  const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x0a, 0xc3])
  const server = await serve((_, response) => response.end(bytes))
  expect(await readAll(await openLog(server))).toEqual(bytes)
})

test('only what was asked for is asked for', async () => {
  const server = await serve((_, response) => response.end())
  await readAll(await openLog(server))
  const sinceTime = '2026-01-02T03:04:05Z'
  const all = { follow: true, timestamps: true, previous: true, sinceTime }
  await readAll(await openLog(server, { ...all, tailLines: 0, limitBytes: 9 }))
  const path = 'GET /base/api/v1/namespaces/shop/pods/web/log?container=main'
  expect(server.asked).toEqual([
    path,
    `${path}&follow=true&timestamps=true&previous=true&sinceTime=2026-01-02T03%3A04%3A05Z&tailLines=0&limitBytes=9`,
  ])
})

test('a container that has not started is a refusal in the words of the API', async () => {
  const message = 'container "main" in pod "web" is waiting to start'
  const server = await serve(json(400, { reason: 'BadRequest', message }))
  expect(await openPodLog(server.client, web)).toEqual({
    kind: 'refused',
    status: 400,
    reason: 'BadRequest',
    message,
  })
})

test('leaving the loop ends the request', async () => {
  const { answer, left } = endless('one\n')
  const log = await openLog(await serve(answer), { follow: true })
  for await (const chunk of log.chunks) {
    expect(Buffer.from(chunk).toString()).toBe('one\n')
    break
  }
  await left
})

test('a log that nobody reads is closed, and then ends', async () => {
  const { answer, left } = endless('')
  const log = await openLog(await serve(answer), { follow: true })
  log.close()
  await left
  expect(await readAll(log)).toHaveLength(0)
})

test('the signal ends the log, and is no error', async () => {
  const over = new AbortController()
  const { answer, left } = endless('one\n')
  const log = await openLog(await serve(answer), { follow: true, signal: over.signal })
  for await (const chunk of log.chunks) {
    expect(chunk).toHaveLength(4)
    over.abort()
  }
  await left
})

test('a stream that breaks off is an error after what had come', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200)
    response.write('half a li')
    setTimeout(() => response.destroy(), 30)
  })
  const log = await openLog(server, { follow: true })
  const read: string[] = []
  const reading = async () => {
    for await (const chunk of log.chunks) read.push(Buffer.from(chunk).toString())
  }
  await expect(reading()).rejects.toMatchObject({ code: 'cluster-unreachable' })
  expect(read).toEqual(['half a li'])
})

test('silence ends the log only where a limit is given', async () => {
  const { answer } = endless('one\n')
  const log = await openLog(await serve(answer), { follow: true, silence: 50 })
  await expect(readAll(log)).rejects.toMatchObject({ code: 'cluster-unreachable' })
})
