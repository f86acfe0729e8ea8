import { expect, test } from 'vitest'
import { readWareIndex } from '../../src/ware/ware-index.ts'

const index = {
  entries: [
    { name: 'bin', kind: 'directory' },
    { name: 'init', kind: 'file' },
    { name: 'lib', kind: 'link', target: '../../etc' },
  ],
  size: 12,
  files: 3,
  strictDigest: 'sha384:abc',
  machine: 'amd64',
}

test('a complete index is read as it is', () => {
  expect(readWareIndex(index, '/w')).toEqual({ index })
})

test('digest and machine may be unknown', () => {
  const least = { entries: [], size: 0, files: 0 }
  expect(readWareIndex(least, '/w')).toEqual({ index: least })
})

test.each(['', '.', '..', '..data', 'a/b', 'a\0', '/'])(
  'the entry name %j is refused',
  (name) => {
    const entries = [{ name, kind: 'file' }]
    expect(readWareIndex({ ...index, entries }, '/w')).toMatchObject({
      problems: [{ where: '/w/entries/0/name' }],
    })
  },
)

test.each([
  ['a:b', /mount path must not contain ":"/],
  ['a\nb', /mount path must not contain a control character/],
  ['a\u007f', /mount path must not contain a control character/],
])('the entry name %j is refused, since nothing can be mounted there', (name, why) => {
  const read = readWareIndex({ ...index, entries: [{ name, kind: 'file' }] }, '/w')
  expect(read).toMatchObject({ problems: [{ where: '/w/entries/0/name' }] })
  expect('problems' in read && read.problems[0]?.why).toMatch(why)
})

test.each([
  ['/w', null],
  ['/w/entries', { ...index, entries: 'x' }],
  [
    '/w/entries/1',
    { ...index, entries: [index.entries[0] ?? {}, index.entries[0] ?? {}] },
  ],
  ['/w/entries/0/kind', { ...index, entries: [{ name: 'a', kind: 'fifo' }] }],
  ['/w/entries/0/target', { ...index, entries: [{ name: 'a', kind: 'link' }] }],
  [
    '/w/entries/0/target',
    { ...index, entries: [{ name: 'a', kind: 'file', target: 'b' }] },
  ],
  ['/w/size', { ...index, size: -1 }],
  ['/w/files', { ...index, files: 1.5 }],
  ['/w/machine', { ...index, machine: 'amd 64' }],
  ['/w/strictDigest', { ...index, strictDigest: 5 }],
])('a problem is reported at %s', (where, value) => {
  expect(readWareIndex(value, '/w')).toMatchObject({ problems: [{ where }] })
})
