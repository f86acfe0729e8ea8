import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gatherChunks } from '../../src/cluster/gather-chunks.ts'

const block = 64 * 1024

/** A body to which chunks are brought by hand, as by the network. */
function openBody() {
  const body = new Readable({ read: () => undefined })
  const bring = (...chunks: readonly (string | Uint8Array)[]) =>
    chunks.map((chunk) => body.push(chunk)).at(-1)
  return { body, bring, end: () => body.push(null) }
}

/** As between two events of one turn: all promises that can go on have gone on. */
const withinTurn = () =>
  new Promise<void>((resolve) => {
    process.nextTick(resolve)
  })

/** As they are when they come, each on its own. */
async function readTexts(body: Readable): Promise<string[]> {
  const texts: string[] = []
  for await (const chunk of gatherChunks(body)) texts.push(Buffer.from(chunk).toString())
  return texts
}

describe('chunks', () => {
  test('that come in one turn come together', async () => {
    const { body, bring, end } = openBody()
    const reading = readTexts(body)
    for (const text of ['one\n', 'two\n', 'three\n']) {
      bring(text)
      await withinTurn()
    }
    await turn()
    await turn()
    bring('four\n')
    await turn()
    await turn()
    end()
    expect(await reading).toEqual(['one\ntwo\nthree\n', 'four\n'])
  })

  test('that are too large for the block come as they are', async () => {
    const { body, bring, end } = openBody()
    const large = Buffer.alloc(block + 1, 'x')
    const chunks = gatherChunks(body)
    const next = chunks.next()
    bring('a', large, 'b')
    end()
    expect(Buffer.from((await next).value ?? []).toString()).toBe('a')
    expect((await chunks.next()).value).toBe(large)
    expect(Buffer.from((await chunks.next()).value ?? []).toString()).toBe('b')
    expect(await chunks.next()).toEqual({ done: true, value: undefined })
  })

  test('come once and in their order, however large they are and however slow the reader', async () => {
    const size = fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 200 }) },
      { weight: 1, arbitrary: fc.integer({ min: 10_000, max: block + 10_000 }) },
    )
    const waves = fc.array(fc.array(size, { maxLength: 12 }), { maxLength: 12 })
    const pauses = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(waves, pauses, async (waves, pauses) => {
        const { body, bring, end } = openBody()
        const sent = waves.flatMap((wave, i) =>
          wave.map((n, j) => numbered(n, i * 13 + j)),
        )
        const reading = readSlowly(body, pauses)
        let at = 0
        for (const wave of waves) {
          for (const chunk of sent.slice(at, (at += wave.length))) bring(chunk)
          await turn()
        }
        end()
        expect((await reading).equals(Buffer.concat(sent))).toBe(true)
      }),
      { numRuns: Number(process.env['R2K8S_TEST_RUNS'] ?? 100) },
    )
  })

  const numbered = (size: number, seed: number) =>
    Buffer.from(Uint8Array.from({ length: size }, (_, i) => i * 7 + seed))

  /** A chunk is looked at after the pause: it is the reader's until he asks for the next one. */
  async function readSlowly(body: Readable, pauses: readonly number[]): Promise<Buffer> {
    const read: Uint8Array[] = []
    for await (const chunk of gatherChunks(body)) {
      const turns = pauses[read.length % pauses.length] ?? 0
      for (let i = 0; i < turns; i++) await turn()
      read.push(new Uint8Array(chunk))
    }
    return Buffer.concat(read)
  }
})

test('a body that nobody reads stays where it is', async () => {
  let brought = 0
  const body = new Readable({
    read() {
      brought += 1000
      this.push(Buffer.alloc(1000))
    },
  })
  const chunks = gatherChunks(body)
  await chunks.next()
  for (let i = 0; i < 100; i++) await turn()
  expect(brought).toBeLessThan(4 * block)
  await chunks.return(undefined)
})

test('memory is used again', async () => {
  const { body, bring, end } = openBody()
  const buffers = new Set<ArrayBufferLike>()
  for (let i = 0; i < 1000; i++) bring(Buffer.alloc(1000))
  end()
  let bytes = 0
  for await (const chunk of gatherChunks(body)) {
    buffers.add(chunk.buffer)
    bytes += chunk.length
    // What did not fit has memory of its own.
    if (chunk.length === 1000) buffers.delete(chunk.buffer)
  }
  expect(bytes).toBe(1_000_000)
  expect(buffers.size).toBe(2)
})

describe('the end of a body', () => {
  test('that has nothing is the end', async () => {
    const { body, end } = openBody()
    end()
    expect(await readTexts(body)).toEqual([])
  })

  test('by an error is this error, behind what has come', async () => {
    const { body, bring } = openBody()
    const chunks = gatherChunks(body)
    const first = chunks.next()
    bring('half a li')
    await turn()
    body.destroy(new Error('it broke off'))
    expect(Buffer.from((await first).value ?? []).toString()).toBe('half a li')
    await expect(chunks.next()).rejects.toThrow('it broke off')
  })

  test('without one and without its last byte is an error', async () => {
    const { body } = openBody()
    const reading = readTexts(body)
    await turn()
    body.destroy()
    await expect(reading).rejects.toThrow('Premature close')
  })

  test('before anybody has read is told to who reads', async () => {
    const { body } = openBody()
    body.destroy()
    await turn()
    await expect(readTexts(body)).rejects.toThrow('Premature close')
  })

  test('comes when the loop is left', async () => {
    const { body, bring } = openBody()
    bring('a')
    for await (const chunk of gatherChunks(body)) {
      expect(chunk).toHaveLength(1)
      break
    }
    expect(body.destroyed).toBe(true)
    expect(body.listenerCount('data')).toBe(0)
  })
})
