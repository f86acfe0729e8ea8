import { describe, expect, test } from 'vitest'
import { makeEntryFilter } from '../../src/ware/entry-filter.ts'
import { filterPresets, type FilterPreset } from '../../src/ware/filters.ts'
import { filterSink } from '../../src/ware/entry-filter.ts'
import { feed, identify, keepRecords, record } from './records.ts'

const mine = { uid: 501, gid: 502 }
const lossless: FilterPreset = filterPresets['unpack-lossless']
const filterWith = (words: Partial<FilterPreset>) =>
  makeEntryFilter({ ...lossless, ...words }, mine)
const odd = record('f', 'file', {
  mode: 0o7755,
  uid: 7,
  gid: 8,
  seconds: -3,
  nanoseconds: 9,
}).entry
const device = record('d', 'block-device', { device: { major: 8, minor: 0 } }).entry

describe('each word does what it says', () => {
  const rows: [string, Partial<FilterPreset>, object][] = [
    ['uid=9', { uid: '9' }, { uid: 9, gid: 8 }],
    ['gid=9', { gid: '9' }, { uid: 7, gid: 9 }],
    ['uid=mine', { uid: 'mine' }, { uid: 501 }],
    ['gid=mine', { gid: 'mine' }, { gid: 502 }],
    ['uid=follow', { uid: 'follow' }, { uid: 7 }],
    ['mtime=@5', { mtime: '@5' }, { seconds: 5, nanoseconds: 0 }],
    ['mtime=keep', { mtime: 'keep' }, { seconds: -3, nanoseconds: 9 }],
    ['sticky=ignore', { sticky: 'ignore' }, { mode: 0o6755 }],
    ['setid=ignore', { setid: 'ignore' }, { mode: 0o1755 }],
    ['setid=keep', { setid: 'keep' }, { mode: 0o7755 }],
  ]
  test.each(rows)('%s', (_, words, changed) => {
    expect(filterWith(words).apply(odd)).toEqual({ ...odd, ...changed })
  })

  test('dev=ignore leaves devices out, and nothing else', () => {
    const { sink, records } = keepRecords()
    const all = [
      record('a'),
      record('d', 'block-device', { device: { major: 8, minor: 0 } }),
      record('z', 'file', { content: 'z' }),
    ]
    feed(all, filterSink(filterWith({ dev: 'ignore' }), sink))
    expect(records.map(({ entry }) => entry.path)).toEqual(['a', 'z'])
  })

  test.each([
    ['setid', odd, { setid: 'reject' }],
    ['dev', device, { dev: 'reject' }],
  ])('%s=reject names the path', (name, entry, words) => {
    const apply = () => filterWith(words).apply(entry)
    expect(apply).toThrow(`"${entry.path}"`)
    expect(apply).toThrow(`the filter ${name} rejects it`)
    expect(apply).toThrow(expect.objectContaining({ code: 'filter-rejection' }))
  })
})

describe('presets', () => {
  const rows: [keyof typeof filterPresets, boolean][] = [
    ['pack-conservative', true],
    ['pack-flatten', true],
    ['pack-lossless', false],
    ['unpack-low-privilege', true],
    ['unpack-conservative', false],
    ['unpack-lossless', false],
    ['warpforge-unpack', true],
    ['warpforge-pack', true],
  ]
  test.each(rows)('%s alters something: %s', (name, alters) => {
    expect(makeEntryFilter(filterPresets[name], mine).alters).toBe(alters)
  })
})

describe('the filtered hash', () => {
  const records = [record('a/f', 'file', { content: 'x', uid: 3 })]

  test('is that of the filtered records; the other stays', () => {
    const filter = filterWith({ uid: '5', mtime: '@7' })
    const filtered = [
      record('.', 'directory', { uid: 5, seconds: 7 }),
      record('a', 'directory', { uid: 5, seconds: 7 }),
      record('a/f', 'file', { content: 'x', uid: 5, seconds: 7 }),
    ]
    const both = identify(records, { filter })
    expect(both.hash).toBe(identify(records).hash)
    expect(both.filteredHash).toBe(identify(filtered).hash)
    expect(both.filteredStrictDigest).toBe(identify(filtered).strictDigest)
  })

  test('leaves out what the filter leaves out', () => {
    const withDevice = [
      ...records,
      record('d', 'block-device', { device: { major: 8, minor: 0 } }),
    ]
    const both = identify(withDevice, { filter: filterWith({ dev: 'ignore' }) })
    expect(both.filteredStrictDigest).toBe(identify(records).strictDigest)
    expect(both.strictDigest).not.toBe(both.filteredStrictDigest)
  })

  test('rejects on the way even where nothing would be altered', () => {
    const filter = filterWith({ dev: 'reject' })
    const withDevice = [
      ...records,
      record('d', 'fifo', { device: { major: 8, minor: 0 } }),
    ]
    expect(() => identify(withDevice, { filter })).toThrow('is a device')
  })
})
