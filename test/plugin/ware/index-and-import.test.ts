import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  answering,
  containing,
  example,
  exampleRecords,
  matching,
  leftovers,
  listAll,
  makeWare,
  serve,
} from '../../transfer/fixtures.ts'
import { layerOf, makeLayout, tagged } from '../../transfer/image/images.ts'
import { kubectlR2k8s } from '../cli.ts'
import { packTar, record } from '../../ware/records.ts'
import { openWorkshop, packApp, writeInto } from './wares.ts'

const from = '--source ca+file://wares'

/** The first bytes of a program, little-endian. */
function program(machine: number): string {
  const head = Buffer.alloc(64)
  head.write('\u007fELF\u0002\u0001\u0001', 'latin1')
  head.writeUInt16LE(2, 16)
  head.writeUInt16LE(machine, 18)
  return head.toString('latin1')
}
const [x86, arm] = [program(62), program(183)]

describe('the index', () => {
  test.each([
    ['tar', 'app.tgz'],
    ['zip', 'a file.zip'],
    ['tar', '100%#?.tar'],
  ])('of a %s file called %s is that of the ware', async (packtype, name) => {
    const shop = openWorkshop()
    const packed = await shop.id(`pack ${packtype} app --target ca+file://wares`)
    await shop.id(`mirror ${packed} ${from} --target file://copy`)
    renameSync(join(shop.directory, 'copy'), join(shop.directory, name))
    const ofFile = await kubectlR2k8s(['ware', 'index', name], { cwd: shop.directory })
    const ofWare = await shop.ware(`index ${packed} ${from}`)
    expect(ofFile).toEqual({ exit: 0, stderr: '', stdout: ofWare.stdout })
    expect(JSON.parse(ofWare.stdout)).toEqual({
      ware: packed,
      entries: [
        { name: 'bin', kind: 'directory' },
        { name: 'link', kind: 'link', target: 'bin/run' },
        { name: 'text', kind: 'file' },
      ],
      size: 9,
      files: 5,
      strictDigest: matching(/^s1:/),
    })
  })

  test('of what is neither archive nor ware is told', async () => {
    const { ware } = openWorkshop()
    expect(await ware('index app/text')).toMatchObject({ exit: 6, stdout: '' })
    const { exit, stdout, stderr } = await ware('index nothing.tar')
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toContain('nothing.tar')
  })

  test('is kept when a ware is packed, fetched or asked for, and then needs no source', async () => {
    const shop = openWorkshop()
    const packed = await packApp(shop)
    const cache = join(shop.directory, 'cache')
    for (const fill of [
      'pack tar app --filters lossless',
      `index ${packed} ${from}`,
      `unpack ${packed} place ${from} --placer direct`,
    ]) {
      rmSync(cache, { recursive: true })
      expect((await shop.ware(`index ${packed}`)).exit, fill).toBe(1)
      await shop.id(fill)
      const { exit, stdout } = await shop.ware(`index ${packed}`)
      expect({ exit, stdout }, fill).toMatchObject({
        exit: 0,
        stdout: containing(packed),
      })
    }
    expect(leftovers(cache)).toEqual([])
  })

  test('holds the next copy of the ware to its symlinks', async () => {
    const { directory, ware, id } = openWorkshop()
    const retargeted = makeWare(...exampleRecords('/etc/passwd'))
    expect(retargeted.text).toBe(example.text)
    writeInto(directory, 'good', example.tar)
    const evil = await serve(answering(retargeted.tar))
    await id(`index ${example.text} --source file://good`)
    for (const args of [
      `unpack ${example.text} place --source ${evil}`,
      `unpack ${example.text} place --source ${evil} --placer direct`,
      `mirror ${example.text} --source ${evil} --target ca+file://wares`,
      `index ${example.text} --source ${evil} --program run`,
    ]) {
      const { exit, stderr } = await ware(args)
      // What is known of a ware is told, though its machine type is not.
      expect(exit, args).toBe(args.startsWith('index') ? 0 : 7)
      expect(stderr).toContain('strict digest')
    }
    expect(listAll(directory)).not.toContain('place')
    expect(listAll(join(directory, 'wares'))).toEqual([])
    await id(`unpack ${example.text} place --source ${evil} --source file://good`)
  })

  test('that is damaged is made anew', async () => {
    const shop = openWorkshop()
    const packed = await packApp(shop)
    const cache = join(shop.directory, 'cache')
    const entry = listAll(cache).find((path) => path.endsWith('.json')) ?? ''
    writeFileSync(join(cache, entry), '{"entries":')
    expect((await shop.ware(`index ${packed}`)).exit).toBe(1)
    await shop.id(`index ${packed} ${from}`)
    expect((await shop.ware(`index ${packed}`)).exit).toBe(0)
  })
})

describe('the machine type', () => {
  const mixed = makeWare(
    record('.', 'directory'),
    record('bin/x86', 'file', { mode: 0o755, content: x86 }),
    record('bin/arm', 'file', { mode: 0o755, content: arm }),
    record('bin/default', 'symlink', { target: '/bin/arm' }),
  )

  test.each([
    ['/bin/x86', 'amd64'],
    ['/bin/arm', 'arm64'],
    ['bin/default', 'arm64'],
    ['x86', 'amd64'],
    ['/bin/nothing', undefined],
  ])('of %s in a ware for several is %s', async (name, machine) => {
    const { directory, id } = openWorkshop()
    writeInto(directory, 'app.tar', mixed.tar)
    for (const what of ['app.tar', `${mixed.text} --source file://app.tar`]) {
      const told: unknown = JSON.parse(await id(`index ${what} --program ${name}`))
      expect(told).toMatchObject({ ware: mixed.text })
      expect(told).toHaveProperty('strictDigest')
      if (machine === undefined) expect(told).not.toHaveProperty('machine')
      else expect(told).toHaveProperty('machine', machine)
    }
    // What one program is says nothing of the ware.
    expect(JSON.parse(await id(`index ${mixed.text}`))).not.toHaveProperty('machine')
  })

  test('is that of all programs when they agree', async () => {
    const { directory, id } = openWorkshop()
    const records = [record('a', 'file', { mode: 0o755, content: arm })]
    writeInto(directory, 'app.tar', packTar(records))
    expect(JSON.parse(await id('index app.tar'))).toHaveProperty('machine', 'arm64')
  })
})

describe('an imported image', () => {
  const items = ['bin/', 'bin/run=run', 'link->bin/run', 'text=text']

  test.each(['', '--filters warpforge', '--filters conservative,uid=5'])(
    'has the ID of its files packed %s',
    async (filters) => {
      const { directory, id } = openWorkshop()
      const { directory: layout, putImage, finish } = makeLayout()
      finish(tagged(putImage('linux/amd64', layerOf(...items)), 'v1'))
      writeInto(directory, 'layer.tar', layerOf(...items))
      const unfiltered = await id('scan tar --source file://layer.tar')
      const image = `import oci:${layout} --platform linux/amd64 ${filters}`.trim()
      const imported = await id(`${image} --target ca+file://wares --compression zstd`)
      if (filters === '') expect(imported).toBe(unfiltered)
      expect(
        await id(`unpack ${imported} again ${from} --placer direct --filters lossless`),
      ).toBe(imported)
      await id(`unpack ${unfiltered} place --source file://layer.tar --filters lossless`)
      const others = filters === '' ? '--filters lossless' : filters
      if (process.getuid?.() === 0)
        expect(await id(`pack tar place ${others}`)).toBe(imported)
      expect(leftovers(directory)).toEqual([])
    },
  )

  test('can be in the working directory', async () => {
    const { directory, id } = openWorkshop()
    const { directory: layout, putImage, finish } = makeLayout()
    finish(putImage('linux/amd64', layerOf('a=1'), layerOf('.wh.a', 'b=2')))
    symlinkSync(layout, join(directory, 'image'))
    const imported = await id('import oci:image --platform linux/amd64')
    writeInto(directory, 'b.tar', layerOf('b=2'))
    expect(await id('scan tar --source file://b.tar')).toBe(imported)
  })

  test.each([
    ['oci:nothing', 'nothing'],
    ['oci:empty', 'empty'],
    ['docker-archive:app/text', 'app/text'],
    ['oci-archive:nothing.tar', 'nothing.tar'],
  ])('that is none is told: %s', async (image, name) => {
    const { directory, ware } = openWorkshop()
    mkdirSync(join(directory, 'empty'))
    const { exit, stdout, stderr } = await ware(
      `import ${image} --target ca+file://wares`,
    )
    expect({ stdout, crashed: exit === 2 || exit === 0 }, stderr).toEqual({
      stdout: '',
      crashed: false,
    })
    expect(stderr).toContain(name)
    expect(listAll(join(directory, 'wares'))).toEqual([])
  })

  test('of another platform is refused', async () => {
    const { ware } = openWorkshop()
    const { directory: layout, putImage, finish } = makeLayout()
    finish({
      ...putImage('linux/arm64', layerOf('a')),
      platform: { os: 'linux', architecture: 'arm64' },
    })
    const { exit, stdout, stderr } = await ware(
      `import oci:${layout} --platform linux/s390x`,
    )
    expect({ exit, stdout }, stderr).toMatchObject({ stdout: '' })
    expect(exit).toBeGreaterThan(2)
    expect(stderr).toContain('s390x')
  })
})
