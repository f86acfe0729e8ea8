import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decompress } from '../../src/archive/decompress.ts'
import { R2k8sError } from '../../src/errors.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { inChunks, inflate } from './streams.ts'

interface Sample {
  readonly packed: string
  readonly bytes: number
  readonly sha256: string
}

const { samples } = JSON.parse(
  readFileSync(new URL('samples.json', import.meta.url), 'utf8'),
) as { samples: Readonly<Record<string, Sample>> } // the file is ours

describe('data of the real programs', () => {
  test.each(Object.entries(samples))('%s, in chunks of any size', async (_, sample) => {
    const packed = Buffer.from(sample.packed, 'base64')
    for (const size of [1, 13, 4096]) {
      const bytes = await inflate(packed, defaultUnpackLimits, size)
      expect(bytes.length).toBe(sample.bytes)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sample.sha256)
    }
  })
})

const text = Buffer.from('a line of text, and another one\n'.repeat(40))
const packs: [string, Buffer][] = [
  ['gzip', gzipSync(text)],
  ['zstd', zstdCompressSync(text)],
  ['bzip2', Buffer.from(samples['bzip2 text']?.packed ?? '', 'base64')],
  ['xz', Buffer.from(samples['xz text']?.packed ?? '', 'base64')],
]

describe.each(packs)('%s', (_, packed) => {
  test('is refused wherever it ends', async () => {
    for (let end = 10; end < packed.length; end += Math.ceil(packed.length / 60)) {
      await expect(inflate(packed.subarray(0, end))).rejects.toMatchObject({
        code: 'ware-corrupt',
      })
    }
    await expect(inflate(packed.subarray(0, -1))).rejects.toMatchObject({
      code: 'ware-corrupt',
    })
  })

  test('with one bit changed is refused, or the same where the bit means nothing', async () => {
    const whole = await inflate(packed)
    for (let at = 10; at < packed.length; at += Math.ceil(packed.length / 40)) {
      const broken = Buffer.from(packed)
      broken.writeUInt8((broken[at] ?? 0) ^ 0x10, at)
      try {
        const bytes = await inflate(broken)
        // zstd without a checksum cannot know; the hash of the ware will.
        if (_ !== 'zstd') expect(bytes.equals(whole), `byte ${at}`).toBe(true)
      } catch (error) {
        if (!(error instanceof R2k8sError)) throw error
        expect(error.code).toBe('ware-corrupt')
      }
    }
  })

  test('followed by garbage is refused', async () => {
    const followed = Buffer.concat([packed, Buffer.from('and something else')])
    await expect(inflate(followed)).rejects.toMatchObject({ code: 'ware-corrupt' })
  })

  test('twice is read as one', async () => {
    const whole = await inflate(packed)
    const twice = await inflate(Buffer.concat([packed, packed]))
    expect(twice.equals(Buffer.concat([whole, whole]))).toBe(true)
  })

  test('lets go of its source when nobody wants more', async () => {
    let closed = false
    async function* source() {
      try {
        yield* inChunks(Buffer.concat([packed, packed]), 64)
      } finally {
        closed = true
      }
    }
    const { bytes } = await decompress(source(), defaultUnpackLimits)
    for await (const chunk of bytes) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => closed).toBe(true)
  })

  test('passes the errors of its source through', async () => {
    async function* source() {
      yield* inChunks(packed.subarray(0, 20))
      throw new Error('the cable was pulled')
    }
    const { bytes } = await decompress(source(), defaultUnpackLimits)
    const read = async () => {
      for await (const chunk of bytes) expect(chunk).toBeDefined()
    }
    await expect(read()).rejects.toThrow('the cable was pulled')
  })
})

test('gzip may be filled up with zeros', async () => {
  const padded = Buffer.concat([gzipSync(text), Buffer.alloc(300)])
  expect((await inflate(padded)).equals(text)).toBe(true)
})

test('zstd has frames to be skipped, and several windows', async () => {
  const skipped = Buffer.from('502a4d1803000000010203', 'hex')
  const frames = [
    zstdCompressSync(text),
    skipped,
    skipped,
    zstdCompressSync(randomBytes(300_000)),
  ]
  expect((await inflate(Buffer.concat(frames))).length).toBe(text.length + 300_000)
})

test('what is not compressed stays as it is', async () => {
  expect((await inflate(text)).equals(text)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['nine bytes', '123456789'],
])('%s is no archive', async (_, bytes) => {
  await expect(inflate(Buffer.from(bytes))).rejects.toMatchObject({
    code: 'ware-corrupt',
  })
})

describe('bombs', () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024))

  test('inflate to no more than the ratio', async () => {
    const limits = { ...defaultUnpackLimits, ratio: 100 }
    await expect(inflate(bomb, limits, 65_536)).rejects.toThrow(
      'more than 100 times its size',
    )
  })

  test('are told how to be let in', async () => {
    const limits = { ...defaultUnpackLimits, ratio: 100 }
    const error: unknown = await inflate(bomb, limits, 65_536).catch(
      (caught: unknown) => caught,
    )
    const hints =
      error instanceof R2k8sError
        ? error.problems.flatMap((each) => each.hints ?? [])
        : []
    expect(hints).toEqual([expect.stringContaining('--limits ratio=')])
  })

  test('below the ratio are data like any other', async () => {
    expect((await inflate(bomb, defaultUnpackLimits, 65_536)).length).toBe(
      40 * 1024 * 1024,
    )
  })
})
