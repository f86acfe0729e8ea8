// Packs broken in random places: read or refused in our words, never a crash, never a path that leads out.

import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import { createDice } from '../dice.ts'
import {
  deltaOf,
  entryOf,
  fetchPack,
  idOf,
  offsetBase,
  packOfTree,
  treeOf,
  withChecksum,
} from './packs.ts'

const seconds = Number(process.env['R2K8S_FUZZ_SECONDS'] ?? 1)

const blob = { type: 3, data: 'hello' }
const inner = treeOf(['100644', 'x', idOf('blob', 'hello')])
/** Stored as it is, so that broken places are in the objects and not in what deflates them. */
const plain = (data: Uint8Array) => deflateSync(data, { level: 0 })
const outer = treeOf(
  ['100644', 'a', idOf('blob', 'hello')],
  ['100755', 'b', idOf('blob', 'hello!')],
  ['40000', 'd', idOf('tree', inner)],
  ['120000', 'l', idOf('blob', 'hello')],
)
const { pack, commit } = packOfTree(
  outer,
  { type: 2, data: inner, deflated: plain(inner) },
  blob,
  {
    type: 6,
    base: offsetBase(entryOf(blob).length),
    data: deltaOf(5, 6, 0x90, 5, 1, 0x21),
  },
  {
    type: 7,
    base: Buffer.from(idOf('blob', 'hello!'), 'hex'),
    data: deltaOf(6, 8, 0x91, 3, 2, 0x90, 6),
  },
)

function breakPack(roll: (sides: number) => number): Buffer {
  const broken = Buffer.from(pack.subarray(0, -20))
  for (let changes = roll(4); changes >= 0; changes--) {
    const at = roll(broken.length)
    const way = roll(3)
    if (way === 0) broken[at] = roll(256)
    else if (way === 1) broken.writeUInt8((broken[at] ?? 0) ^ (1 << roll(8)), at)
    else broken.copyWithin(roll(broken.length), at, at + roll(40))
  }
  return withChecksum(broken.subarray(0, roll(6) === 0 ? roll(broken.length) : undefined))
}

test(
  'broken packs are refused in our words, or read as they should be',
  { timeout: seconds * 1000 + 30_000 },
  async () => {
    const whole = await fetchPack(pack, commit)
    const end = performance.now() + seconds * 1000
    for (let seed = 1; seed < 100 || performance.now() < end; seed++) {
      const broken = breakPack(createDice(seed))
      try {
        const { outcome, kept } = await fetchPack(broken, commit)
        // Only what no name depends on can have been broken.
        if (outcome.kind === 'done') expect(kept).toEqual(whole.kept)
        else expect(outcome.kind).toBe('absent')
      } catch (error) {
        if (!(error instanceof R2k8sError))
          throw new Error(`seed ${seed}`, { cause: error })
        expect(['ware-corrupt', 'inoperable-path']).toContain(error.code)
      }
    }
  },
)
