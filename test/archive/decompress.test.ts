import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decompress } from '../../src/archive/decompress.ts'
import { R2k8sError } from '../../src/errors.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { collect, inChunks, inflate } from './streams.ts'

interface Sample {
  readonly packed: string
  readonly bytes: number
  readonly sha256: string
}

const { samples, refused } = JSON.parse(
  readFileSync(new URL('samples.json', import.meta.url), 'utf8'),
) as { samples: Record<string, Sample>; refused: Record<string, string> } // the file is ours

describe('data of the real programs', () => {
  test.each(Object.entries(samples))('%s, in chunks of any size', async (_, sample) => {
    const packed = Buffer.from(sample.packed, 'base64')
    for (const size of sample.bytes > 500_000 ? [4096] : [1, 13, 4096]) {
      const bytes = await inflate(packed, defaultUnpackLimits, size)
      expect(bytes.length).toBe(sample.bytes)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sample.sha256)
    }
  })
})

test.each(Object.entries(refused))(
  'xz with %s is refused in words',
  async (_, packed) => {
    const error: unknown = await inflate(Buffer.from(packed, 'base64')).catch(
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({ code: 'ware-corrupt' })
    expect(String(error)).toMatch(/xz data (has a check|needs a dictionary)/)
  },
)

const text = Buffer.from('a line of text, and another one\n'.repeat(40))
const packs: [string, Buffer][] = [
  ['gzip', gzipSync(text)],
  ['zstd', zstdCompressSync(text)],
  ['bzip2', Buffer.from(samples['bzip2 text']?.packed ?? '', 'base64')],
  ['xz', Buffer.from(samples['xz text']?.packed ?? '', 'base64')],
]

describe.each(packs)('%s', (_, packed) => {
  test('is refused wherever it ends', async () => {
    for (let end = 0; end < packed.length; end++) {
      await expect(inflate(packed.subarray(0, end))).rejects.toMatchObject({
        code: 'ware-corrupt',
      })
    }
  })

  test('with one bit changed is refused, or the same where the bit means nothing', async () => {
    const whole = await inflate(packed)
    for (let at = 6; at < packed.length; at++) {
      const broken = Buffer.from(packed)
      broken.writeUInt8((broken[at] ?? 0) ^ (1 << (at & 7)), at)
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

  describe.each([1, 64, 1_000_000])('in chunks of %i', (size) => {
    test('may be filled up with zeros', async () => {
      const zeros = Buffer.alloc(size === 1 ? 300 : 1_200_000)
      const padded = Buffer.concat([packed, zeros])
      const bytes = await inflate(padded, defaultUnpackLimits, size)
      expect(bytes.equals(await inflate(packed))).toBe(true)
    })

    test('has nothing behind the zeros', async () => {
      const hidden = Buffer.concat([packed, Buffer.alloc(301), Buffer.from('hidden')])
      await expect(inflate(hidden, defaultUnpackLimits, size)).rejects.toMatchObject({
        code: 'ware-corrupt',
      })
    })
  })

  test('is known by its first bytes, however few come at first', async () => {
    const [first, rest] = [packed.subarray(0, 5), packed.subarray(5)]
    // As large as a chunk of a server may be.
    const large = Buffer.concat([rest, Buffer.alloc(1024 * 1024)])
    async function* source() {
      yield first
      yield await Promise.resolve(large)
    }
    const { bytes } = await decompress(source(), defaultUnpackLimits)
    expect((await collect(bytes)).equals(await inflate(packed))).toBe(true)
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

test('gzip is no longer read behind zeros, and says so', async () => {
  const parts = Buffer.concat([gzipSync(text), Buffer.alloc(300), gzipSync(text)])
  for (const size of [1, 50, 100_000]) {
    await expect(inflate(parts, defaultUnpackLimits, size)).rejects.toThrow(
      'something follows the gzip data',
    )
  }
})

test('padding has an end', async () => {
  const padded = Buffer.concat([gzipSync(text), Buffer.alloc(17 * 1024 * 1024)])
  await expect(inflate(padded, defaultUnpackLimits, 1024 * 1024)).rejects.toThrow(
    'something follows the gzip data',
  )
})

test('an archive of xz waits for the one before, which may be let go of', async () => {
  const packed = Buffer.from(samples['xz blocks']?.packed ?? '', 'base64')
  const { bytes } = await decompress(inChunks(packed, 64), defaultUnpackLimits)
  const first = bytes[Symbol.asyncIterator]()
  await first.next()
  const second = inflate(packed)
  await first.return?.()
  expect((await second).length).toBe(samples['xz blocks']?.bytes)
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

  test('of bzip2 come out in chunks, though one block has 46 MB in it', async () => {
    const { packed } = samples["bzip2 -1 a run over 45 blocks' worth"] ?? { packed: '' }
    const source = inChunks(Buffer.from(packed, 'base64'))
    const { bytes } = await decompress(source, defaultUnpackLimits)
    for await (const chunk of bytes) expect(chunk.length).toBeLessThanOrEqual(1024 * 1024)
  })

  test('are also what is not compressed and never ends', async () => {
    const chunk = Buffer.alloc(1024 * 1024)
    async function* endless() {
      for (;;) yield await Promise.resolve(chunk)
    }
    const { bytes } = await decompress(endless(), { ...defaultUnpackLimits, bytes: 1 })
    const read = async () => {
      for await (const part of bytes) if (part.length === 0) throw new Error('empty')
    }
    await expect(read()).rejects.toThrow('it has more than 1 bytes')
  })

  test('below the ratio are data like any other', async () => {
    expect((await inflate(bomb, defaultUnpackLimits, 65_536)).length).toBe(
      40 * 1024 * 1024,
    )
  })
})
