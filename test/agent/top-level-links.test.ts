import { mkdirSync, readlinkSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import { straightenTopLevelLinks } from '../../src/agent/top-level-links.ts'
import { describeTree, makeTree } from './trees.ts'

const below = { 'usr/bin/sh': 'sh', 'usr/sbin': '-> bin', 'opt/lib/x': 'x' }

test.each([
  ['relative', { bin: '-> usr/bin' }, '-> usr/bin'],
  ['absolute', { bin: '-> /usr/bin' }, '-> usr/bin'],
  ['with dots', { bin: '-> ./usr/../usr/./bin/' }, '-> usr/bin'],
  ['through a relative link', { bin: '-> usr/sbin' }, '-> usr/bin'],
  [
    'through an absolute link',
    { bin: '-> usr/local', 'usr/local': '-> /opt/lib' },
    '-> opt/lib',
  ],
  ['through another top-level link', { bin: '-> lib', lib: '-> /opt/lib' }, '-> opt/lib'],
  ['to a file', { bin: '-> /usr/bin/sh' }, '-> usr/bin/sh'],
  ['to the top', { bin: '-> /' }, '-> .'],
])('a top-level link %s becomes a direct one', (_, links, expected) => {
  const tree = makeTree({ ...below, ...links })
  const warnings: string[] = []
  straightenTopLevelLinks(tree, (message) => warnings.push(message))
  expect(describeTree(tree)['bin']).toBe(expected)
  expect(warnings).toEqual([])
})

test.each([
  ['to nothing', { bin: '-> usr/none' }],
  ['below nothing', { bin: '-> none/../none/bin' }],
  ['to itself', { bin: '-> bin' }],
  ['in a circle', { bin: '-> usr/a', 'usr/a': '-> ../bin' }],
  ['below a file', { bin: '-> usr/bin/sh/x' }],
])('a top-level link %s is removed with a warning', (_, links) => {
  const tree = makeTree({ ...below, ...links })
  const warnings: string[] = []
  straightenTopLevelLinks(tree, (message) => warnings.push(message))
  expect(describeTree(tree)['bin']).toBeUndefined()
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('"bin"')
})

test.each([
  ['up', { bin: '-> ../etc' }, '"bin" leaves the tree: it leads to "../etc"'],
  ['up from the top', { bin: '-> /../etc' }, '"bin" leaves the tree'],
  ['up behind a way inside', { bin: '-> usr/../../etc' }, '"bin" leaves the tree'],
  [
    'through one that leads up',
    { bin: '-> usr/a', 'usr/a': '-> ../../etc' },
    '"bin" leaves the tree through "usr/a": it leads to "../../etc"',
  ],
  ['up behind what is missing', { bin: '-> none/../../etc' }, '"bin" leaves the tree'],
])('a top-level link that leads %s is an error', (_, links, why) => {
  const tree = makeTree({ ...below, ...links })
  expect(() => {
    straightenTopLevelLinks(tree, () => undefined)
  }).toThrow(why)
})

test('links below the top stay as they are', () => {
  const entries = { 'usr/a': '-> /etc/passwd', 'usr/b': '-> ../../x', 'usr/c': '-> none' }
  const tree = makeTree(entries)
  straightenTopLevelLinks(tree, () => undefined)
  expect(describeTree(tree)).toEqual(entries)
})

test('names that are no UTF-8 stay the bytes they are', () => {
  const tree = makeTree({ 'usr/x': 'x' })
  const odd = (path: string) =>
    Buffer.concat([Buffer.from(`${tree}/${path}`), Buffer.of(0xff)])
  mkdirSync(odd('usr/'))
  symlinkSync(Buffer.from('/usr/\xff', 'latin1'), odd('l'))
  straightenTopLevelLinks(tree, () => undefined)
  expect(readlinkSync(odd('l'), 'latin1')).toBe('usr/\xff')
})
