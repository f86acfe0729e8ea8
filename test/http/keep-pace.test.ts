import { expect, test } from 'vitest'
import { HttpFailure } from '../../src/http-exchange.ts'
import { keepPace } from '../../src/http/keep-pace.ts'
import { clientWith, serve, textOf } from './loopback.ts'

const tooSlow = () => new Error('too slow')
const pause = (milliseconds: number) =>
  new Promise((done) => setTimeout(done, milliseconds))

async function* every(milliseconds: number, ...sizes: number[]) {
  for (const size of sizes) {
    await pause(milliseconds)
    yield new Uint8Array(size)
  }
}

async function lengthOf(body: AsyncIterable<Uint8Array>, readerPause = 0) {
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (readerPause > 0) await pause(readerPause)
  }
  return length
}

const endless = Array<number>(10_000).fill(1)

test('a body that only drips is given up', async () => {
  const body = keepPace(every(1, ...endless), { bytes: 1e6, seconds: 0.02 }, tooSlow)
  await expect(lengthOf(body)).rejects.toThrow('too slow')
})

test('one that begins well and then drips is given up as well', async () => {
  const body = every(1, 1000, 1000, ...endless)
  await expect(
    lengthOf(keepPace(body, { bytes: 1000, seconds: 0.02 }, tooSlow)),
  ).rejects.toThrow('too slow')
})

test('each part that comes in time gives time for the next', async () => {
  const body = every(1, ...Array<number>(30).fill(10))
  // No wait of ours is as short, so only the bytes can be what counts.
  const length = await lengthOf(keepPace(body, { bytes: 10, seconds: 0 }, tooSlow))
  expect(length).toBe(300)
})

test('the time that its reader takes does not count', async () => {
  const ready = every(0, ...Array<number>(5).fill(1))
  const body = keepPace(ready, { bytes: 1e6, seconds: 0.5 }, tooSlow)
  expect(await lengthOf(body, 150)).toBe(5)
})

test('an answer of a server that drips breaks, and may be tried again', async () => {
  const host = await serve((_request, response) => {
    response.writeHead(200, { 'content-length': 1e7 })
    const drip = setInterval(() => response.write('x'), 2)
    response.once('close', () => {
      clearInterval(drip)
    })
  })
  const send = clientWith({ leastPace: { bytes: 4096, seconds: 0.05 } })
  const response = await send({ method: 'GET', url: `http://${host}/` })
  const failure = await textOf(response).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(HttpFailure)
  expect(failure).toMatchObject({
    message: `${host} sends less than 4096 bytes in 0.05 seconds`,
    retry: true,
  })
})
