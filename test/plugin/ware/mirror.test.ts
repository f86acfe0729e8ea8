import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  answering,
  example,
  leftovers,
  listAll,
  other,
  serve,
} from '../../transfer/fixtures.ts'
import { openWorkshop, writeInto } from './wares.ts'

const hash = example.id.hash
const shelf = join(hash.slice(0, 3), hash.slice(3, 6), hash)
/** What no reader of the archive looks at belongs to the copy all the same. */
const archive = gzipSync(Buffer.concat([example.tar, Buffer.alloc(10_240)]), { level: 2 })

describe('a mirrored ware', () => {
  test.each([
    ['ca+file://wares', `wares/${shelf}`],
    ['file+ca://wares', `wares/${hash}`],
    ['file://wares/copy', 'wares/copy'],
  ])('is the same byte for byte at %s', async (target, path) => {
    const { directory, id } = openWorkshop()
    const source = await serve(answering(archive))
    const mirror = `mirror ${example.text} --source file://nothing --source ${source}`
    expect(await id(`${mirror} --target ${target}`)).toBe(example.text)
    const copy = readFileSync(join(directory, path))
    expect(copy.equals(archive)).toBe(true)
    expect(statSync(join(directory, path)).mode & 0o777).toBe(0o644)
    expect(leftovers(directory)).toEqual([])
  })

  test('is left alone where it is already', async () => {
    const { directory, id, ware } = openWorkshop()
    mkdirSync(join(directory, 'wares', shelf, '..'), { recursive: true })
    writeInto(directory, `wares/${shelf}`, archive)
    let asked = 0
    const source = await serve((_, response) => {
      asked++
      response.end()
    })
    const mirror = `mirror ${example.text} --source ${source} --target ca+file://wares`
    expect(await id(mirror)).toBe(example.text)
    expect(asked).toBe(0)
    expect((await ware(mirror)).stderr).toContain('has it already')
  })

  test('takes the place of whatever a single place holds', async () => {
    const { directory, id } = openWorkshop()
    writeInto(directory, 'copy', Buffer.from('old'))
    const source = await serve(answering(archive))
    await id(`mirror ${example.text} --source ${source} --target file://copy`)
    expect(readFileSync(join(directory, 'copy')).equals(archive)).toBe(true)
  })

  test.each([
    ['other files', other.tar, 7],
    ['half of them', archive.subarray(0, 100), 6],
    ['a page', Buffer.from('<!DOCTYPE html>'), 6],
  ])('never appears from %s', async (_, bytes, code) => {
    const { directory, ware } = openWorkshop()
    writeInto(directory, 'copy', Buffer.from('old'))
    const source = await serve(answering(bytes))
    for (const target of ['ca+file://wares', 'file://copy']) {
      const { exit, stdout, stderr } = await ware(
        `mirror ${example.text} --source ${source} --target ${target}`,
      )
      expect({ exit, stdout }).toEqual({ exit: code, stdout: '' })
      expect(stderr).toContain(source)
    }
    expect(listAll(join(directory, 'wares'))).toEqual([])
    expect(readFileSync(join(directory, 'copy'), 'utf8')).toBe('old')
    expect(leftovers(directory)).toEqual([])
  })

  test('comes whole from the second source when the first breaks off', async () => {
    const { directory, id } = openWorkshop()
    const broken = await serve(answering(archive.subarray(0, 100)))
    const good = await serve(answering(archive))
    const sources = `--source ${broken} --source ${good}`
    await id(`mirror ${example.text} ${sources} --target ca+file://wares`)
    expect(readFileSync(join(directory, 'wares', shelf)).equals(archive)).toBe(true)
  })
})

const isRoot = process.getuid?.() === 0

describe('a target that takes nothing', () => {
  const targets: [string, string][] = [
    ['is missing', 'ca+file://nothing'],
    ['is a file', 'ca+file://app/text'],
    ['stands below a file', 'file://app/text/copy'],
    ['is a directory', 'file://app'],
    ['allows nothing', isRoot ? 'ca+file:///proc' : 'ca+file://locked'],
  ]
  const silent = 'ca+http://127.0.0.1:1/wares'
  test.each([...targets, ['does not answer', silent]])(
    'since it %s is told: mirror',
    async (_, target) => {
      const { directory, ware } = openWorkshop()
      mkdirSync(join(directory, 'locked'))
      chmodSync(join(directory, 'locked'), 0o555)
      writeInto(directory, 'app.tar', example.tar)
      const before = listAll(directory)
      const { exit, stdout, stderr } = await ware(
        `mirror ${example.text} --source file://app.tar --target ${target}`,
      )
      expect({ exit, stdout }, stderr).toEqual({ exit: 4, stdout: '' })
      expect(stderr).toContain(`"${target}": `)
      expect(listAll(directory)).toEqual(before)
    },
  )

  test.each(targets)(
    'since it %s is told: pack, and no target gets half',
    async (_, target) => {
      const { directory, ware } = openWorkshop()
      mkdirSync(join(directory, 'locked'))
      chmodSync(join(directory, 'locked'), 0o555)
      const before = listAll(directory)
      const { exit, stdout, stderr } = await ware(
        `pack tar app --target ca+file://wares --target ${target} --target file://copy`,
      )
      expect({ exit, stdout }, stderr).toEqual({ exit: 4, stdout: '' })
      expect(stderr).toContain(`"${target}": `)
      expect(listAll(directory).filter((path) => !path.startsWith('cache'))).toEqual(
        before,
      )
    },
  )
})

test('targets that fail at the very end are all told, and the others have the whole ware', async () => {
  const { directory, ware, id } = openWorkshop()
  const silent = ['ca+http://127.0.0.1:1/a', 'ca+http://127.0.0.1:1/b']
  const [first, second] = silent.map((url) => `--target ${url}`)
  const packed = await id('pack tar app')
  const { exit, stdout, stderr } = await ware(
    `pack tar app ${first} --target ca+file://wares ${second} --target file://copy`,
  )
  expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
  for (const url of silent) expect(stderr).toContain(url)
  expect(await id('scan tar --source file://copy')).toBe(packed)
  await id(`mirror ${packed} --source ca+file://wares --target file://again`)
  expect(leftovers(directory)).toEqual([])
})

test('a ware is packed to several targets at once', async () => {
  const { directory, id } = openWorkshop()
  const packed = await id('pack tar app --target ca+file://wares --target file://copy')
  for (const source of ['ca+file://wares', 'file://copy']) {
    const scan = `index ${packed} --source ${source}`
    expect(JSON.parse(await id(scan))).toMatchObject({ ware: packed })
  }
  expect(leftovers(directory)).toEqual([])
})

describe('a ware is mirrored to several targets', () => {
  const mirror = `mirror ${example.text} --source file://app.tar`
  const silent = ['ca+http://127.0.0.1:1/a', 'ca+http://127.0.0.1:1/b']

  test('in turn', async () => {
    const { directory, id } = openWorkshop()
    writeInto(directory, 'app.tar', archive)
    await id(`${mirror} --target ca+file://wares --target file://copy`)
    for (const copy of [`wares/${shelf}`, 'copy']) {
      expect(readFileSync(join(directory, copy)).equals(archive), copy).toBe(true)
    }
  })

  test('and those that fail are all told, while the others have it', async () => {
    const { directory, ware } = openWorkshop()
    writeInto(directory, 'app.tar', archive)
    const targets = [silent[0], 'file://copy', silent[1]].map((url) => `--target ${url}`)
    const { exit, stdout, stderr } = await ware(`${mirror} ${targets.join(' ')}`)
    expect({ exit, stdout }).toEqual({ exit: 4, stdout: '' })
    for (const url of silent) expect(stderr).toContain(url)
    expect(readFileSync(join(directory, 'copy')).equals(archive)).toBe(true)
  })

  test('but to none when one of the addresses is none', async () => {
    const { directory, ware } = openWorkshop()
    writeInto(directory, 'app.tar', archive)
    const { exit } = await ware(`${mirror} --target file://copy --target /wares`)
    expect(exit).toBe(1)
    expect(listAll(directory)).not.toContain('copy')
  })

  test('but asked for only once where no source has it', async () => {
    const { directory, ware } = openWorkshop()
    let asked = 0
    const source = await serve((_, response) => {
      asked++
      response.writeHead(404).end()
    })
    const { exit } = await ware(
      `mirror ${example.text} --source ${source} --target file://a --target file://b`,
    )
    expect(exit).toBe(5)
    expect(asked).toBe(1)
    expect(leftovers(directory)).toEqual([])
  })
})

test('what fails while it is packed is stored nowhere', async () => {
  const { directory, ware } = openWorkshop()
  chmodSync(join(directory, 'app/text'), 0o4644)
  writeFileSync(join(directory, 'app/big'), Buffer.alloc(3_000_000, 'x'))
  const { exit } = await ware(
    'pack tar app --target ca+file://wares --target file://copy',
  )
  expect(exit).toBe(13)
  expect(listAll(join(directory, 'wares'))).toEqual([])
  expect(listAll(directory)).not.toContain('copy')
  expect(leftovers(directory)).toEqual([])
})

test('a commit is not mirrored', async () => {
  const { ware } = openWorkshop()
  const commit = `git:${'a'.repeat(40)}`
  const { exit, stderr } = await ware(`mirror ${commit} --source ./app --target file://x`)
  expect(exit).toBe(1)
  expect(stderr).toContain('git')
})
