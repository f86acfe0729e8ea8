// Archives broken in random places: read or refused, never a crash, never a path that leads out.

import { expect, test } from 'vitest'
import { R2k8sError } from '../../../src/errors.ts'
import { createIdentifier } from '../../../src/ware/identify.ts'
import { teeSinks } from '../../../src/ware/entry.ts'
import { defaultUnpackLimits } from '../../../src/ware/unpack-limits.ts'
import { createTarReader } from '../../../src/ware/tar/tar-reader.ts'
import { createDice } from '../../dice.ts'
import { keepRecords, packTar, pax, rawHeader, rawTar, record } from '../records.ts'

const seconds = Number(process.env['R2K8S_FUZZ_SECONDS'] ?? 1)
const seeds: readonly Buffer[] = [
  packTar([
    record('.', 'directory'),
    record('a/b', 'file', { content: 'x'.repeat(900), seconds: -5 }),
    record(`long/${'y'.repeat(200)}`, 'symlink', { target: '../z'.repeat(40) }),
    record('d', 'character-device', { device: { major: 1, minor: 3 } }),
  ]),
  rawTar(
    pax({ 'GNU.sparse.size': '1002', 'GNU.sparse.map': '600,3,1000,2' }),
    rawHeader({ size: '00000000005\0' }),
    'abcde',
    pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '9' }),
    rawHeader({ name: 'g', size: '00000001005\0' }),
    '1\n0\n5\n',
    'abcde',
  ),
  rawTar(
    rawHeader({ name: '././@LongLink', type: 'L', size: '00000000010\0' }),
    '../../x\0',
    rawHeader({ name: 'e', type: '1', target: 'f' }),
  ),
]

function breakArchive(archive: Buffer, roll: (sides: number) => number): Buffer {
  const broken = Buffer.from(archive)
  for (let changes = roll(6); changes >= 0; changes--) {
    const at = roll(broken.length)
    const way = roll(4)
    if (way === 0) broken[at] = roll(256)
    else if (way === 1) broken.writeUInt8((broken[at] ?? 0) ^ (1 << roll(8)), at)
    else if (way === 2) broken.copyWithin(roll(broken.length), at, at + roll(600))
    else broken.fill(0x30 + roll(8), at, Math.min(at + roll(12), broken.length))
  }
  // Most changes would only be caught by the checksum.
  for (let at = 0; at + 512 <= broken.length; at += 512) {
    if (roll(8) === 0 || broken.toString('latin1', at + 257, at + 262) !== 'ustar')
      continue
    broken.fill(' ', at + 148, at + 156)
    const sum = broken.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
    broken.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
  return broken.subarray(0, roll(5) === 0 ? roll(broken.length) : broken.length)
}

test(
  'broken archives are refused in our words, or read without leading out',
  { timeout: seconds * 1000 + 30_000 },
  () => {
    const limits = { ...defaultUnpackLimits, bytes: 1024 * 1024 }
    const first = seconds > 1 ? Date.now() & 0xffff_ffff : 1
    const until = Date.now() + seconds * 1000
    for (let seed = first; Date.now() < until; seed++) {
      const roll = createDice(seed)
      const archive = breakArchive(seeds[roll(seeds.length)] ?? Buffer.alloc(0), roll)
      const kept = keepRecords()
      try {
        const identifier = createIdentifier({ index: { program: 'sh' } })
        const reader = createTarReader(teeSinks([identifier, kept.sink]), limits)
        const step = 1 + roll(2000)
        for (let at = 0; at < archive.length; at += step)
          reader.push(archive.subarray(at, at + step))
        reader.end()
        identifier.finish()
      } catch (error) {
        if (!(error instanceof R2k8sError))
          throw new Error(`seed ${seed}`, { cause: error })
      }
      for (const { entry } of kept.records) {
        const segments = entry.path.split('/')
        expect(
          entry.path.startsWith('/') || segments.includes('..'),
          `seed ${seed}`,
        ).toBe(false)
      }
    }
  },
)
