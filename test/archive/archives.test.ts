import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openCompressor, type WritableCompression } from '../../src/archive/compress.ts'
import { identify } from '../ware/records.ts'
import { pack, records, unpack } from './pack-archive.ts'
import { inflate } from './streams.ts'

const kinds: ['tar' | 'zip', WritableCompression][] = [
  ['tar', 'gzip'],
  ['tar', 'zstd'],
  ['tar', 'none'],
  ['zip', 'none'],
]

describe('an archive gives the records that went in', () => {
  test.each(kinds)('%s, %s', async (packtype, compression) => {
    const archive = await pack(packtype, compression)
    expect(identify(await unpack(packtype, archive))).toEqual(identify(records))
    // The same bytes every time, whatever thread was faster.
    expect((await pack(packtype, compression)).equals(archive)).toBe(true)
  })
})

test('gzip in members is one archive to others', async () => {
  const archive = await pack('tar', 'gzip')
  expect(gunzipSync(archive).equals(await pack('tar', 'none'))).toBe(true)
  expect(
    (await inflate(await pack('tar', 'zstd'))).equals(await pack('tar', 'none')),
  ).toBe(true)
})

const decompressed = { gzip: gunzipSync, zstd: zstdDecompressSync }

describe('a compressor', () => {
  test('asks for a pause when the target is slow, and writes in order', async () => {
    const written: number[] = []
    let open = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const write = async (block: Uint8Array): Promise<void> => {
      await gate
      written.push(block[0] ?? -1)
    }
    const compressor = openCompressor({ compression: 'none', write })
    let pushed = 0
    while (compressor.pause() === undefined) {
      compressor.push(Buffer.alloc(512 * 1024, pushed++))
      if (pushed > 100) throw new Error('it takes everything')
    }
    open()
    await compressor.finish()
    expect(written).toEqual(Array.from({ length: pushed }, (_, i) => i))
  })

  test('writes no more once it is given up', async () => {
    let calls = 0
    let running = 0
    const write = async (): Promise<void> => {
      calls++
      running++
      await new Promise((resolve) => setImmediate(resolve))
      running--
    }
    const compressor = openCompressor({ compression: 'gzip', write })
    compressor.push(Buffer.alloc(3_000_000))
    await compressor.abort()
    expect(running).toBe(0)
    const before = calls
    compressor.push(Buffer.alloc(3_000_000))
    await expect(compressor.finish()).rejects.toThrow('given up')
    expect(calls).toBe(before)
  })

  test.each(['gzip', 'zstd'] as const)(
    'makes %s even of nothing',
    async (compression) => {
      const blocks: Uint8Array[] = []
      const write = (block: Uint8Array) => Promise.resolve(void blocks.push(block))
      await openCompressor({ compression, write }).finish()
      expect(decompressed[compression](Buffer.concat(blocks)).length).toBe(0)
    },
  )

  test('names the same system wherever it runs', async () => {
    const archive = await pack('tar', 'gzip')
    expect([...archive.subarray(4, 8), archive[9]]).toEqual([0, 0, 0, 0, 3])
  })

  test('tells of a target that fails, once and not as a rejection of nobody', async () => {
    const write = () => Promise.reject(new Error('the disk is full'))
    const compressor = openCompressor({ compression: 'gzip', write })
    compressor.push(Buffer.alloc(2_000_000))
    await expect(compressor.finish()).rejects.toThrow('the disk is full')
  })
})
