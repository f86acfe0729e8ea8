// Broken archives of every compression, and broken zips: read or refused, never a crash or a hang.

import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read-archive.ts'
import { openArchiveWriter } from '../../src/archive/write-archive.ts'
import { R2k8sError } from '../../src/errors.ts'
import { teeSinks } from '../../src/ware/entry.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { feed, keepRecords, packTar, record } from '../ware/records.ts'
import { createDice } from '../dice.ts'
import { inChunks } from './streams.ts'

const seconds = Number(process.env['R2K8S_FUZZ_SECONDS'] ?? 2)
const records = [
  record('a/b', 'file', { content: 'x'.repeat(3000) }),
  record('l', 'symlink', { target: '../../etc' }),
  record('d', 'directory'),
]
const { samples, zips } = JSON.parse(
  readFileSync(new URL('samples.json', import.meta.url), 'utf8'),
) as { samples: Record<string, { packed: string }>; zips: Record<string, string> } // the file is ours

async function zip(): Promise<Buffer> {
  const blocks: Buffer[] = []
  const write = (block: Uint8Array) =>
    Promise.resolve(void blocks.push(Buffer.from(block)))
  const writer = openArchiveWriter({ packtype: 'zip', compression: 'none', write })
  feed(records, writer)
  await writer.finish()
  return Buffer.concat(blocks)
}

/** For what takes some milliseconds. */
const slowest = 30_000

/** A reader that hangs would take its seed with it. */
async function inTime(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('it hangs'))
    }, milliseconds)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

test(
  'broken archives are refused in our words, or read without leading out',
  { timeout: seconds * 1000 + 60_000 },
  async () => {
    const tar = packTar(records)
    const seeds: ['tar' | 'zip', Buffer][] = [
      ['zip', await zip()],
      ['tar', gzipSync(tar)],
      ['tar', zstdCompressSync(tar)],
      ...Object.values(samples).map(({ packed }): ['tar', Buffer] => [
        'tar',
        Buffer.from(packed, 'base64'),
      ]),
      ...Object.values(zips).map((packed): ['zip', Buffer] => [
        'zip',
        Buffer.from(packed, 'base64'),
      ]),
    ]
    const limits = { ...defaultUnpackLimits, bytes: 64 * 1024 * 1024, entries: 1000 }
    const until = Date.now() + seconds * 1000
    const first = seconds > 2 ? Date.now() & 0xffff_ffff : 1
    for (let seed = first; Date.now() < until; seed++) {
      const roll = createDice(seed)
      const [packtype, whole] = seeds[roll(seeds.length)] ?? ['tar', tar]
      const broken = Buffer.from(whole)
      for (let changes = roll(5); changes >= 0; changes--) {
        broken.writeUInt8(roll(256), roll(broken.length))
      }
      const archive = broken.subarray(
        0,
        roll(4) === 0 ? roll(broken.length) : broken.length,
      )
      const kept = keepRecords()
      const sink = teeSinks([createIdentifier(), kept.sink])
      const bytes = inChunks(archive, 1 + roll(3000))
      try {
        const scratch = () => tmpdir()
        await inTime(readArchive({ packtype, bytes, sink, limits, scratch }), slowest)
      } catch (error) {
        if (!(error instanceof R2k8sError))
          throw new Error(`seed ${seed}`, { cause: error })
      }
      for (const { entry } of kept.records) {
        const leads = entry.path.startsWith('/') || entry.path.split('/').includes('..')
        expect(leads, `seed ${seed}`).toBe(false)
      }
    }
  },
)
