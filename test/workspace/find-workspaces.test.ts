import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findWorkspaces } from '../../src/workspace/find-workspaces.ts'
import { listCatalogs } from '../../src/workspace/list-catalogs.ts'
import { makeTree } from './disk.ts'

describe('the search for workspaces', () => {
  const found = (top: string, start: string, home = 'nobody') =>
    findWorkspaces(join(top, start), join(top, home)).map(({ directory, isRoot }) => [
      relative(top, directory),
      isRoot,
    ])

  test('goes upwards, the nearest first, and ends with that of the user', () => {
    const top = makeTree({
      'a/.warpforge/': '',
      'a/b/c/.warpforge/': '',
      'home/.warphome/': '',
    })
    expect(found(top, 'a/b/c/d', 'home')).toEqual([
      ['a/b/c/.warpforge', false],
      ['a/.warpforge', false],
      ['home/.warphome', true],
    ])
  })

  test('ends at a root workspace, behind which nothing counts', () => {
    const top = makeTree({
      'a/.warpforge/': '',
      'a/b/.warpforge/root': '',
      'a/b/c/.warpforge/': '',
      'home/.warphome/': '',
    })
    expect(found(top, 'a/b/c', 'home')).toEqual([
      ['a/b/c/.warpforge', false],
      ['a/b/.warpforge', true],
    ])
  })

  test('takes .warpforge in the home of the user for any other', () => {
    const top = makeTree({ 'home/.warpforge/': '', 'home/.warphome/': '', 'home/a/': '' })
    expect(found(top, 'home/a', 'home')).toEqual([
      ['home/.warpforge', false],
      ['home/.warphome', true],
    ])
  })

  test('passes over a file of that name, and over a home without workspace', () => {
    const top = makeTree({ 'a/.warpforge': 'x', 'home/': '' })
    expect(found(top, 'a', 'home')).toEqual([])
    expect(findWorkspaces(join(top, 'a'), undefined)).toEqual([])
  })
})

describe('a workspace', () => {
  test('has one catalog and no warehouse when it is no root', () => {
    const top = makeTree({
      '.warpforge/catalog/': '',
      '.warpforge/catalogs/x/': '',
      '.warpforge/warehouse/': '',
    })
    expect(findWorkspaces(top, undefined)).toEqual([
      {
        directory: join(top, '.warpforge'),
        isRoot: false,
        catalogs: [join(top, '.warpforge/catalog')],
        warehouse: undefined,
      },
    ])
  })

  test('has named catalogs in bytewise order and a warehouse when it is a root', () => {
    const own = '.warpforge'
    const top = makeTree({
      [`${own}/root`]: '',
      [`${own}/catalog/`]: '',
      [`${own}/catalogs/b/`]: '',
      [`${own}/catalogs/B.2/`]: '',
      [`${own}/catalogs/.git/`]: '',
      [`${own}/catalogs/${'x'.repeat(64)}/`]: '',
      [`${own}/catalogs/README`]: '',
      [`${own}/warehouse/`]: '',
      'elsewhere/': '',
    })
    symlinkSync(join(top, 'elsewhere'), join(top, own, 'catalogs/linked'))
    expect(findWorkspaces(top, undefined)).toEqual([
      {
        directory: join(top, own),
        isRoot: true,
        catalogs: ['B.2', 'b', 'linked'].map((name) => join(top, own, 'catalogs', name)),
        warehouse: join(top, own, 'warehouse'),
      },
    ])
  })

  test('that is new has nothing in it, and knows where its wares will be', () => {
    const top = makeTree({ '.warpforge/root': '' })
    expect(findWorkspaces(top, undefined)).toMatchObject([
      { catalogs: [], warehouse: join(top, '.warpforge/warehouse') },
    ])
  })
})

describe('catalogs', () => {
  test('that the user names come first, and none twice', () => {
    const top = makeTree({ '.warpforge/catalog/': '', 'named/': '' })
    const [own, named] = [join(top, '.warpforge/catalog'), join(top, 'named')]
    const workspaces = findWorkspaces(top, undefined)
    expect(listCatalogs([], workspaces)).toEqual([own])
    expect(listCatalogs([named], workspaces)).toEqual([named, own])
    expect(listCatalogs([own, named], workspaces)).toEqual([own, named])
  })

  test('that the user names have to be there, and all that are not are told', () => {
    const top = makeTree({ file: '' })
    mkdirSync(join(top, 'there'))
    const named = ['there', 'file', 'nowhere'].map((name) => join(top, name))
    expect(() => listCatalogs(named, [])).toThrow(
      `cannot read the catalog at ${top}/file: it is no directory; cannot read the catalog at ${top}/nowhere: no such file or directory`,
    )
  })
})
