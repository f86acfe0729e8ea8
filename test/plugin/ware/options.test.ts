import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readFilters } from '../../../src/plugin/ware/read-filters.ts'
import { filterPresets } from '../../../src/ware/filters.ts'
import { openWorkshop, packApp } from './wares.ts'

describe('--filters', () => {
  const conservative = filterPresets['pack-conservative']

  test.each([
    [undefined, conservative],
    ['conservative', conservative],
    ['flatten', filterPresets['pack-flatten']],
    ['lossless', filterPresets['pack-lossless']],
    ['warpforge', filterPresets['warpforge-pack']],
    ['uid=0', { ...conservative, uid: '0' }],
    ['uid=0,gid=keep', { ...conservative, uid: '0', gid: 'keep' }],
    ['mtime=2010-01-01T00:00:00Z', { ...conservative, mtime: '@1262304000' }],
    ['lossless,dev=reject', { ...filterPresets['pack-lossless'], dev: 'reject' }],
  ])('of packing: %s', (text, words) => {
    expect(readFilters(text, 'pack-conservative', 'pack')).toEqual(words)
  })

  test.each([
    [undefined, filterPresets['unpack-low-privilege']],
    ['low-privilege', filterPresets['unpack-low-privilege']],
    ['conservative', filterPresets['unpack-conservative']],
    ['lossless', filterPresets['unpack-lossless']],
    ['warpforge', filterPresets['warpforge-unpack']],
    [
      'uid=mine,setid=ignore',
      { ...filterPresets['unpack-low-privilege'], setid: 'ignore' },
    ],
  ])('of unpacking: %s', (text, words) => {
    expect(readFilters(text, 'unpack-low-privilege', 'unpack')).toEqual(words)
  })

  test.each([
    ['', 'neither name=value nor one of the presets'],
    ['loseless', 'did you mean "lossless"?'],
    ['low-privilege', 'one of the presets conservative, flatten'],
    ['constructor', 'one of the presets conservative, flatten'],
    ['uid=0,lossless', '"lossless" is no filter'],
    ['lossless,', '"" is no filter'],
    ['uidd=0', 'did you mean "uid"?'],
    ['toString=0', '"toString" is no filter'],
    ['uid=0,uid=1', '"uid" is given twice'],
    ['uid', 'neither name=value nor one of the presets'],
    ['uid=', '"" is no uid'],
    ['uid=-1', '"-1" is no uid'],
    ['uid=mine', '"mine" is no uid'],
    ['mtime=now', '"now" is no mtime'],
    ['sticky=reject', '"reject" is no value of sticky'],
    ['dev=follow', '"follow" is no value of dev'],
    ['dev=keep=keep', '"keep=keep" is no value of dev'],
  ])('refuses %s', async (filters, why) => {
    const { ware } = openWorkshop()
    const { exit, stdout, stderr } = await ware(`pack tar app --filters ${filters}`)
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toContain('error: cannot understand --filters ')
    expect(stderr).toContain(why)
  })

  test('tells everything that is wrong at once', async () => {
    const { ware } = openWorkshop()
    const { stderr } = await ware('pack tar app --filters nope,uid=x,what=1,gid=1,gid=2')
    for (const why of ['"nope"', '"x"', '"what"', '"gid" is given twice']) {
      expect(stderr).toContain(why)
    }
  })

  test('reject names the path, and how to take it or leave it', async () => {
    const { directory, ware, id } = openWorkshop()
    chmodSync(join(directory, 'app/bin/run'), 0o4755)
    const { exit, stderr } = await ware('pack tar app --target ca+file://wares')
    expect(exit).toBe(13)
    expect(stderr).toContain('"bin/run" has a set-ID bit')
    expect(stderr).toContain('hint: --filters setid=ignore')
    const without = await id('pack tar app --filters setid=ignore')
    const kept = await id('pack tar app --filters setid=keep --target ca+file://wares')
    expect(kept).not.toBe(without)
    const unpack = `unpack ${kept} place --source ca+file://wares`
    expect((await ware(unpack)).exit).toBe(13)
    expect((await ware(`${unpack} --filters setid=follow`)).exit).toBe(0)
  })

  test('mine is whoever runs it', async () => {
    const shop = openWorkshop()
    const packed = await packApp(shop)
    const unpack = `unpack ${packed} - --placer none --source ca+file://wares`
    const user = { uid: 4321, gid: 1234 }
    const mine = await shop.id(unpack, { user })
    expect(await shop.id(`${unpack} --filters uid=4321,gid=1234`)).toBe(mine)
    expect(await shop.id(unpack, { user: { uid: 1, gid: 1 } })).not.toBe(mine)
    const warning = 'only root can give files away'
    expect((await shop.ware(unpack, { user })).stderr).toBe('')
    const { stderr } = await shop.ware(`${unpack} --filters uid=5`, { user })
    expect(stderr).toContain(warning)
  })
})

describe('limits', () => {
  test.each([
    ['entries=2', 'entries'],
    ['bytes=6', ''],
    ['path-bytes=5', ''],
    ['bytes=10Gi,entries=1', 'entries'],
  ])('%s is kept, by flag and by environment', async (limits, why) => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    const unpack = `unpack ${id} place --source ca+file://wares`
    const env = { R2K8S_LIMITS: limits }
    for (const call of [
      () => shop.ware(`${unpack} --limits ${limits}`),
      () => shop.ware(unpack, { env }),
      () => shop.ware('scan tar --source file://app.tar', { env }),
    ]) {
      await shop.ware('pack tar app --target file://app.tar')
      const { exit, stderr } = await call()
      expect([6, 12]).toContain(exit)
      expect(stderr).toContain(why)
    }
  })

  test('of the flag go before those of the environment', async () => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    const env = { R2K8S_LIMITS: 'entries=1' }
    const unpack = `unpack ${id} place --source ca+file://wares --limits`
    expect((await shop.ware(`${unpack} bytes=1Gi`, { env })).exit).toBe(6)
    expect((await shop.ware(`${unpack} entries=5k`, { env })).exit).toBe(0)
  })

  test.each([
    ['', '"" is no limit'],
    ['entries', '"" is no limit for entries'],
    ['entries=0', '"0" is no limit for entries'],
    ['entries=-5', 'is no limit for entries'],
    ['bytes=1Mb', 'is no limit for bytes'],
    ['bytes=1e30', 'is no limit for bytes'],
    ['byte=1', 'did you mean "bytes"?'],
    ['ratio=5,ratio=6', '"ratio" is given twice'],
    ['valueOf=1', '"valueOf" is no limit'],
  ])('are refused: %s', async (limits, why) => {
    const { ware } = openWorkshop()
    const { exit, stderr } = await ware('scan tar --source file://x', {
      env: { R2K8S_LIMITS: limits },
    })
    if (limits !== '') {
      expect(exit).toBe(1)
      expect(stderr).toContain(`cannot understand R2K8S_LIMITS: `)
      expect(stderr).toContain(why)
    }
    const byFlag = await ware(`scan tar --source file://x --limits ${limits}`)
    expect(byFlag.exit).toBe(1)
    expect(byFlag.stderr).toContain(`cannot understand --limits: `)
    expect(byFlag.stderr).toContain(why)
  })
})

test.each(['--level 5', '--compression zstd', '--compression none'])(
  'a zip archive is not compressed with %s',
  async (flags) => {
    const { ware } = openWorkshop()
    const { exit, stderr } = await ware(`pack zip app ${flags}`)
    expect(exit).toBe(1)
    expect(stderr).toContain('a zip archive compresses in its own way')
  },
)

describe('--level', () => {
  test.each([
    ['--level 0', 'from 1 to'],
    ['--level 20', 'from 1 to'],
    ['--level 2.5', 'from 1 to'],
    ['--level high', 'from 1 to'],
    ['--level 10', '1 to 9'],
    ['--level 10 --compression gzip', '1 to 9'],
    ['--level 1 --compression none', 'none'],
  ])('refuses %s, stored or not', async (flags, why) => {
    const { ware } = openWorkshop()
    for (const target of ['', ' --target ca+file://wares']) {
      const { exit, stdout, stderr } = await ware(`pack tar app ${flags}${target}`)
      expect({ exit, stdout }, stderr).toEqual({ exit: 1, stdout: '' })
      expect(stderr).toContain(why)
    }
  })
})

test.each([
  ['pack', 'packtype'],
  ['pack rar app', 'tar, zip'],
  ['pack tar', 'path'],
  ['pack tar app --format xml', 'dumb, json'],
  ['pack tar app --compression bzip2', 'gzip, zstd, none'],
  ['pack tar app --target', '--target'],
  ['pack tar app --target /wares', 'has no scheme'],
  ['unpack tar:x place --placer link', 'copy, direct, none, mount'],
  ['scan tar', '--source'],
  ['scan tar --source ca+file://wares', 'none is known'],
  ['scan git --source file://x', 'tar, zip'],
  ['mirror tar:x', '--target'],
  ['index', 'ware-or-file'],
  ['wat', 'ware'],
])('ware %s is a usage error', async (args, why) => {
  const { ware } = openWorkshop()
  const { exit, stdout, stderr } = await ware(args)
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toContain(why)
})
