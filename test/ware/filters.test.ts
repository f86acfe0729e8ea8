import { expect, test } from 'vitest'
import {
  filterNames,
  filterPresets,
  readFilterWord,
  whyUnknownFilter,
} from '../../src/ware/filters.ts'

test.each([
  ['uid', 'keep', 'pack', 'keep'],
  ['uid', '007', 'pack', '7'],
  ['gid', '4294967294', 'unpack', '4294967294'],
  ['uid', 'mine', 'unpack', 'mine'],
  ['mtime', '@0', 'pack', '@0'],
  ['mtime', '2010-01-01T00:00:00Z', 'pack', '@1262304000'],
  ['mtime', '2010-01-01T02:30:00.75+02:30', 'pack', '@1262304000'],
  ['mtime', '2009-12-31T19:00:00-05:00', 'pack', '@1262304000'],
  ['mtime', '2012-02-29T00:00:00Z', 'unpack', '@1330473600'],
  ['sticky', 'ignore', 'pack', 'ignore'],
  ['setid', 'reject', 'unpack', 'reject'],
  ['dev', 'follow', 'unpack', 'follow'],
] as const)('%s %s is read when %sing', (name, word, direction, expected) => {
  expect(readFilterWord(name, word, direction)).toEqual({ word: expected })
})

test.each([
  ['uid', 'follow', 'pack'],
  ['uid', 'keep', 'unpack'],
  ['uid', 'mine', 'pack'],
  ['uid', '-1', 'pack'],
  ['uid', '4294967295', 'pack'],
  ['gid', '', 'pack'],
  ['gid', '1e3', 'pack'],
  ['mtime', '', 'pack'],
  ['mtime', '0', 'pack'],
  ['mtime', '@-1', 'pack'],
  ['mtime', '@1.5', 'pack'],
  ['mtime', 'now', 'unpack'],
  ['mtime', '2011-02-29T00:00:00Z', 'pack'],
  ['mtime', '2011-01-01T24:00:00Z', 'pack'],
  ['mtime', '2011-01-01', 'pack'],
  ['mtime', '1969-12-31T23:59:59Z', 'pack'],
  ['sticky', 'reject', 'pack'],
  ['dev', 'zero', 'unpack'],
] as const)('%s %j is refused when %sing', (name, word, direction) => {
  expect(readFilterWord(name, word, direction)).toHaveProperty('why')
})

test.each(Object.entries(filterPresets))(
  'the preset %s holds valid words',
  (name, preset) => {
    const direction =
      name.endsWith('unpack') || name.startsWith('unpack') ? 'unpack' : 'pack'
    for (const filter of filterNames) {
      expect(readFilterWord(filter, preset[filter], direction)).toEqual({
        word: preset[filter],
      })
    }
  },
)

test('a mistyped filter suggests the nearest one', () => {
  expect(whyUnknownFilter('mtim')).toContain('did you mean "mtime"?')
  expect(whyUnknownFilter('colour')).toContain('known are uid, gid')
})
