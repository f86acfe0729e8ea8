import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isArray, isObject, memberString } from '../../src/json.ts'
import { encodeBase58 } from '../../src/ware/base58.ts'
import {
  formatWareId,
  makeWareId,
  parseWareId,
  parseWareResult,
} from '../../src/ware/ware-id.ts'
import { warePath } from '../../src/ware/ware-path.ts'

const commit = '0123456789012345678901234567890123456789'
const timeless = 'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'
const legacy = 'tar:aLMH4qK1EdlPDavdhErOs0BPxqO0i6lUaeRE4DuUmnNMxhHtF56gkoeSulvwWNqT'

describe('published ware IDs', () => {
  const ids = readIds()

  test('all 49 are there', () => {
    expect(ids).toHaveLength(49)
  })

  test.each(ids)('$id is of the $space hash space', ({ id, space }) => {
    const parsed = parseWareId(id)
    if ('why' in parsed) throw new Error(parsed.why)
    expect(parsed.wareId.space).toBe(space)
    expect(formatWareId(parsed.wareId)).toBe(id)
  })
})

function readIds(): { id: string; space: string }[] {
  const file = new URL('../data/ware-ids.json', import.meta.url)
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!isObject(parsed) || !isArray(parsed['ids'])) throw new Error('no ids')
  return parsed['ids'].map((item) => ({
    id: memberString(item, 'id') ?? '',
    space: memberString(item, 'space') ?? '',
  }))
}

test('formatting gives back what was parsed, whatever the hash', () => {
  const hash = fc.uint8Array({ minLength: 48, maxLength: 48 }).map(encodeBase58)
  const legacyHash = fc.stringMatching(/^[A-Za-z0-9_-]{64}$/)
  const id = fc.oneof(
    fc.tuple(fc.constantFrom('tar', 'zip'), hash),
    fc.tuple(fc.constantFrom('tar', 'dir', 's3', 'gs', 'file'), legacyHash),
    fc.tuple(fc.constant('git'), fc.stringMatching(/^[0-9a-f]{40}$/)),
  )
  fc.assert(
    fc.property(id, ([packtype, part]) => {
      const parsed = parseWareId(`${packtype}:${part}`)
      if ('why' in parsed) throw new Error(parsed.why)
      expect(formatWareId(parsed.wareId)).toBe(`${packtype}:${part}`)
    }),
  )
})

test('a text that parses never leads out of a warehouse', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const candidate of [text, `tar:${text}`, `git:${text}`]) {
        const parsed = parseWareId(candidate)
        if ('wareId' in parsed) expect(parsed.wareId.hash).toMatch(/^[A-Za-z0-9_-]+$/)
      }
    }),
  )
})

test.each([
  ['no colon', 'tar', /form "packtype:hash"/],
  ['an unknown packtype', 'tra:x', /did you mean "tar"/],
  ['a mount', 'mount:ro:/x', /is no packtype; known are/],
  [
    '47 bytes',
    `zip:${encodeBase58(new Uint8Array(47).fill(9))}`,
    /is no hash of a zip ware/,
  ],
  [
    '49 bytes',
    `zip:${encodeBase58(new Uint8Array(49).fill(9))}`,
    /is no hash of a zip ware/,
  ],
  ['a character outside base58', `${timeless.slice(0, -1)}0`, /is no hash/],
  ['a path in the hash', `tar:../../../etc/passwd`, /is no hash/],
  ['a newline behind the hash', `${timeless}\n`, /is no hash/],
  ['a blank ware', 'tar:-', /blank ware/],
  ['an empty hash', 'tar:', /blank ware/],
  ['a short commit', 'git:0123', /40 lower-case hexadecimal/],
  ['a commit in capitals', `git:${'A'.repeat(40)}`, /40 lower-case hexadecimal/],
  ['a legacy hash of a zip', legacy.replace('tar', 'zip'), /is no hash of a zip ware/],
  [
    'a Timeless hash of a legacy type',
    timeless.replace('tar', 'dir'),
    /is no hash of a dir/,
  ],
  ['a key of every object', 'constructor:x', /is no packtype/],
])('%s is refused', (_, text, why) => {
  const parsed = parseWareId(text)
  expect('why' in parsed && parsed.why).toMatch(why)
})

test('a huge text is refused before it is decoded', () => {
  expect(parseWareId(`tar:${'z'.repeat(1_000_000)}`)).toHaveProperty('why')
})

test('the two parts of a legacy input make a ware ID', () => {
  expect(makeWareId('git', commit)).toEqual({
    wareId: { packtype: 'git', hash: commit, space: 'git' },
  })
})

test('a result may be blank, or any ware', () => {
  expect(parseWareResult('tar:-')).toEqual({
    result: { kind: 'blank', packtype: 'tar', hash: '-' },
  })
  expect(parseWareResult(timeless)).toMatchObject({
    result: { kind: 'ware', packtype: 'tar' },
  })
  expect(parseWareResult('nix:-')).toHaveProperty('why')
})

test('a ware lies behind its first characters, or flat', () => {
  const parsed = parseWareId(timeless)
  if ('why' in parsed) throw new Error(parsed.why)
  const { hash } = parsed.wareId
  expect(warePath(parsed.wareId, 'fan-out')).toBe(`6q7/G4h/${hash}`)
  expect(warePath(parsed.wareId, 'flat')).toBe(hash)
})

test('a hash that nobody checked gives no path', () => {
  const forged = { packtype: 'tar', hash: '../../x', space: 'timeless' } as const
  expect(() => warePath(forged, 'flat')).toThrow('not a validated ware ID')
})
