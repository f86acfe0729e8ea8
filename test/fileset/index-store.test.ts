import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readIndexEntry, writeIndexEntry } from '../../src/fileset/index-store.ts'
import type { WareId } from '../../src/ware/ware-id.ts'
import type { WareIndex } from '../../src/ware/ware-index.ts'
import { makeScratch, problemOf } from './trees.ts'

const hash = '7wjdwS2Bn5faUcq6t156Je8KY9CoSejC4vMbvTQNeKzdeNLzt4sEtzKQ6H56x6KuD7'
const wareId: WareId = { packtype: 'tar', hash, space: 'timeless' }
const index: WareIndex = {
  entries: [{ name: 'bin', kind: 'link', target: 'usr/bin' }],
  size: 5,
  files: 2,
}
const place = join('tar', 'index', '7wj', 'dwS', `${hash}.json`)

test('an index is read as it was written, and written again', () => {
  const base = join(makeScratch(), 'new')
  expect(readIndexEntry(base, wareId)).toBeUndefined()
  writeIndexEntry(base, wareId, { ...index, size: 4 })
  writeIndexEntry(base, wareId, index)
  expect(readIndexEntry(base, wareId)).toEqual(index)
  expect(readdirSync(dirname(join(base, place)))).toEqual([`${hash}.json`])
})

test.each([
  [
    'half written',
    (path: string) => {
      writeFileSync(path, '{"entr')
    },
  ],
  [
    'something else',
    (path: string) => {
      writeFileSync(path, '{"entries":1}')
    },
  ],
  [
    'a symlink',
    (path: string) => {
      symlinkSync('/etc/hostname', path)
    },
  ],
  [
    'a directory',
    (path: string) => {
      mkdirSync(path)
    },
  ],
])('an index that is %s counts as none', (_, make) => {
  const base = makeScratch()
  mkdirSync(dirname(join(base, place)), { recursive: true })
  make(join(base, place))
  expect(readIndexEntry(base, wareId)).toBeUndefined()
})

test('an index that cannot be written is a problem of the cache', () => {
  const base = join(makeScratch(), 'file')
  writeFileSync(base, '')
  expect(
    problemOf(() => {
      writeIndexEntry(base, wareId, index)
    }).code,
  ).toBe('local-cache-problem')
})
