import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { example, exampleRecords, leftovers, listAll } from '../../transfer/fixtures.ts'
import { packTar, record } from '../../ware/records.ts'
import { openWorkshop, packApp } from './wares.ts'

const lossless = '--filters lossless'
const source = '--source ca+file://wares'

describe.each(['copy', 'direct'])('unpacking with the placer %s', (placer) => {
  test.each(['tar', 'zip'])('gives what was packed as %s', async (packtype) => {
    const shop = openWorkshop()
    const { directory, id } = shop
    utimesSync(join(directory, 'app/text'), 1e9, 1e9)
    chmodSync(join(directory, 'app/bin'), 0o3711)
    const packed = await id(`pack ${packtype} app ${lossless} --target ca+file://wares`)
    expect(
      await id(`unpack ${packed} place ${lossless} ${source} --placer ${placer}`),
    ).toBe(packed)
    expect(await id(`pack ${packtype} place ${lossless}`)).toBe(packed)
    expect(listAll(join(directory, 'place'))).toEqual(listAll(join(directory, 'app')))
    expect(leftovers(directory)).toEqual([])
    expect(existsSync(join(directory, 'cache', packtype, 'fileset'))).toBe(
      placer === 'copy',
    )
  })

  test('replaces what was there', async () => {
    const shop = openWorkshop()
    const { directory, id } = shop
    const packed = await packApp(shop)
    mkdirSync(join(directory, 'place/old/older'), { recursive: true })
    writeFileSync(join(directory, 'place/text'), 'old')
    await id(`unpack ${packed} place ${lossless} ${source} --placer ${placer}`)
    expect(await id(`pack tar place ${lossless}`)).toBe(packed)
  })

  test('works for a lone file', async () => {
    const shop = openWorkshop()
    const { directory, id } = shop
    const packed = await id(`pack tar app/text ${lossless} --target ca+file://wares`)
    const unpack = `${lossless} ${source} --placer ${placer}`
    expect(await id(`unpack ${packed} one/file ${unpack}`)).toBe(packed)
    expect(readFileSync(join(directory, 'one/file'), 'utf8')).toBe('text\n')
    mkdirSync(join(directory, 'full/of'), { recursive: true })
    await id(`unpack ${packed} full ${unpack}`)
    expect(await id(`pack tar full ${lossless}`)).toBe(packed)
    // And a directory where the file is.
    const app = await packApp(shop)
    await id(`unpack ${app} full ${unpack}`)
    expect(await id(`pack tar full ${lossless}`)).toBe(app)
  })
})

test('the ID depends neither on the compression nor on where it is stored', async () => {
  const { directory, id } = openWorkshop()
  const ids = new Set<string>()
  const targets = ['gzip --level 1', 'gzip --level 9', 'zstd --level 19', 'none']
  for (const [i, compression] of targets.entries()) {
    ids.add(
      await id(`pack tar app --target file://${i}.tar --compression ${compression}`),
    )
    ids.add(await id(`scan tar --source file://${i}.tar`))
  }
  ids.add(await id('pack tar app'))
  expect([...ids]).toEqual([expect.stringMatching(/^tar:/)])
  const heads = targets.map((_, i) =>
    readFileSync(join(directory, `${i}.tar`))
      .subarray(0, 4)
      .toString('hex'),
  )
  expect(heads).toEqual(['1f8b0800', '1f8b0800', '28b52ffd', '2e2f0000'])
})

test('a path that does not exist is the blank ware, and nothing is stored', async () => {
  const { directory, id } = openWorkshop()
  expect(await id('pack tar nothing --target ca+file://wares')).toBe('tar:-')
  expect(await id('pack zip nothing')).toBe('zip:-')
  symlinkSync('text', join(directory, 'app/a-link'))
  expect(await id('pack tar app/a-link --target ca+file://wares')).toBe('tar:-')
  expect(listAll(join(directory, 'wares'))).toEqual([])
})

test('the blank ware cannot be unpacked', async () => {
  const { ware } = openWorkshop()
  const { exit, stderr } = await ware(`unpack tar:- place ${source}`)
  expect(exit).toBe(1)
  expect(stderr).toContain('tar:-')
})

test('mounting is refused before anybody is asked', async () => {
  const shop = openWorkshop()
  const packed = await packApp(shop)
  const { exit, stdout, stderr } = await shop.ware(
    `unpack ${packed} place ${source} --placer mount`,
  )
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toContain('--placer copy')
  expect(existsSync(join(shop.directory, 'place'))).toBe(false)
})

describe('the cache', () => {
  test('is filled by the placer none, and then needs no source', async () => {
    const shop = openWorkshop()
    const { directory, id } = shop
    const packed = await packApp(shop)
    expect(await id(`unpack ${packed} - ${lossless} ${source} --placer none`)).toBe(
      packed,
    )
    rmSync(join(directory, 'wares'), { recursive: true })
    for (const placer of ['none', 'copy', 'direct']) {
      const unpacked = await id(`unpack ${packed} place ${lossless} --placer ${placer}`)
      expect(unpacked).toBe(packed)
      expect(existsSync(join(directory, 'place'))).toBe(placer !== 'none')
      if (placer === 'none') continue
      expect(await id(`pack tar place ${lossless}`)).toBe(packed)
      rmSync(join(directory, 'place'), { recursive: true })
    }
    expect(existsSync(join(directory, '-'))).toBe(false)
  })

  test('is not what is handed out: changes to the place stay there', async () => {
    const shop = openWorkshop()
    const { directory, id } = shop
    const packed = await packApp(shop)
    await id(`unpack ${packed} place ${lossless} ${source}`)
    writeFileSync(join(directory, 'place/text'), 'changed')
    await id(`unpack ${packed} again ${lossless}`)
    expect(await id(`pack tar again ${lossless}`)).toBe(packed)
  })

  test('is never used with filters that change something', async () => {
    const shop = openWorkshop()
    const packed = await packApp(shop)
    await shop.id(`unpack ${packed} - ${lossless} ${source} --placer none`)
    for (const filters of ['', '--filters lossless,uid=5 ']) {
      const { exit, stderr } = await shop.ware(`unpack ${packed} place ${filters}`.trim())
      expect(exit).toBe(1)
      expect(stderr).toContain('--source')
    }
  })
})

describe('a filter that rejects', () => {
  const refused = { exit: 13, stdout: '' }

  test('rejects what somebody else put into the cache, too', async () => {
    const shop = openWorkshop()
    const { directory, id, ware } = shop
    chmodSync(join(directory, 'app/bin/run'), 0o4755)
    const packed = await packApp(shop)
    const conservative = `unpack ${packed} place --filters conservative ${source}`
    expect(await ware(conservative)).toMatchObject(refused)
    await id(`unpack ${packed} - ${lossless} ${source} --placer none`)
    expect(await ware(conservative)).toMatchObject(refused)
    expect(existsSync(join(directory, 'place'))).toBe(false)
    await id(`unpack ${packed} place --filters conservative,setid=follow ${source}`)
  })

  // Devices are made by root only, and not in every container.
  test.runIf(canMakeDevices())(
    'rejects a device on a shelf that a good copy would fill',
    async () => {
      const { directory, id, ware } = openWorkshop()
      writeFileSync(join(directory, 'good'), example.tar)
      const device = { major: 1, minor: 3 }
      const evil = packTar([
        ...exampleRecords(),
        record('null', 'character-device', { device }),
      ])
      writeFileSync(join(directory, 'evil'), evil)
      await id(`unpack ${example.text} - ${lossless} --source file://evil --placer none`)
      rmSync(join(directory, 'cache/tar/index'), { recursive: true })
      for (const filters of [
        'conservative',
        'conservative,uid=7',
        'conservative,sticky=ignore',
      ]) {
        const unpack = `unpack ${example.text} place --filters ${filters} --source file://good`
        const { exit } = await ware(unpack)
        // With another owner it is another ware, on another shelf.
        expect(exit, filters).toBe(filters.endsWith('uid=7') ? 0 : 13)
        expect(listAll(join(directory, 'place'))).not.toContain('null')
      }
    },
  )
})

function canMakeDevices(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-device-'))
  try {
    return spawnSync('mknod', [join(directory, 'null'), 'c', '1', '3']).status === 0
  } finally {
    rmSync(directory, { recursive: true })
  }
}

test('the ware is verified as it is and named as the filters make it', async () => {
  const shop = openWorkshop()
  const { directory, id } = shop
  const packed = await packApp(shop)
  const filters = '--filters lossless,mtime=@5'
  const placed = await id(`unpack ${packed} place ${filters} ${source}`)
  expect(placed).not.toBe(packed)
  expect(lstatSync(join(directory, 'place/text')).mtimeMs).toBe(5000)
  expect(await id(`pack tar place ${lossless}`)).toBe(placed)
  expect(await id(`pack tar app --filters lossless,mtime=@5`)).toBe(placed)
  // The shelf is that of the ID that came out.
  const shelves = join(directory, 'cache/tar/fileset')
  const hash = placed.slice(4)
  expect(readdirSync(join(shelves, hash.slice(0, 3), hash.slice(3, 6)))).toEqual([hash])
  expect(await id(`unpack ${placed} again ${lossless}`)).toBe(placed)
})

test('what is no ware ID is refused', async () => {
  const { ware } = openWorkshop()
  for (const what of ['tar:../../etc', 'tar', 'nothing:abc', 'tar:abc']) {
    const { exit, stderr } = await ware(`unpack ${what} place ${source}`)
    expect(exit, what).toBe(1)
    expect(stderr).toContain('cannot understand the ware ID')
  }
})
