import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { example, leftovers, listAll, serve } from '../../transfer/fixtures.ts'
import { openWorkshop, packApp, type Workshop } from './wares.ts'

const onLinux = process.platform === 'linux'

/** A shop with the ware of `app` in its warehouse, and the command line that fetches it. */
async function prepare(): Promise<Workshop & { readonly packed: string }> {
  const shop = openWorkshop()
  return { ...shop, packed: await packApp(shop) }
}

const from = '--source ca+file://wares --filters lossless'

describe.runIf(onLinux)('a cache that cannot be', () => {
  test.each(['/proc/x', '/dev/null/x', '/dev/null'])('%s is told', async (cache) => {
    const { directory, ware, packed } = await prepare()
    const env = { R2K8S_CACHE: cache }
    for (const args of [
      `unpack ${packed} place ${from}`,
      `unpack ${packed} - ${from} --placer none`,
    ]) {
      const { exit, stdout, stderr } = await ware(args, { env })
      expect({ exit, stdout }, stderr).toEqual({ exit: 9, stdout: '' })
      expect(stderr).toContain(cache)
    }
    expect(existsSync(join(directory, 'place'))).toBe(false)
    expect(leftovers(directory)).toEqual([])
  })

  test('is no hindrance for what does without', async () => {
    const { directory, ware, packed } = await prepare()
    const env = { R2K8S_CACHE: '/proc/x' }
    const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`
    for (const args of [
      `unpack ${packed} place --source ca+file://wares --filters lossless,${owner} --placer direct`,
      `mirror ${packed} --source ca+file://wares --target file://copy.tar`,
      'pack tar app --filters lossless',
      'scan tar --source file://copy.tar',
    ]) {
      const { exit, stdout, stderr } = await ware(args, { env })
      expect({ exit, stdout, stderr }, args).toEqual({
        exit: 0,
        stdout: `${packed}\n`,
        stderr: '',
      })
    }
    expect(existsSync(join(directory, 'place/text'))).toBe(true)
    expect((await ware('index copy.tar', { env })).exit).toBe(0)
  })

  test('a shelf that is a symlink is not used', async () => {
    const { directory, ware, packed } = await prepare()
    const hash = packed.slice(4)
    const shelves = join(
      directory,
      'cache/tar/fileset',
      hash.slice(0, 3),
      hash.slice(3, 6),
    )
    mkdirSync(shelves, { recursive: true })
    symlinkSync('/etc', join(shelves, hash))
    const { exit, stderr } = await ware(`unpack ${packed} place ${from}`)
    expect(exit).toBe(9)
    expect(stderr).toContain('neither a directory nor a file')
    expect(existsSync(join(directory, 'place'))).toBe(false)
  })
})

describe.each(['copy', 'direct'])('with the placer %s', (placer) => {
  test.runIf(onLinux).each([
    ['/proc/x/y', 9],
    ['/dev/null/x', 12],
    ['/dev/null/x/y', 12],
  ])('a destination %s that cannot be is told', async (place, code) => {
    const { directory, ware, packed } = await prepare()
    const { exit, stdout, stderr } = await ware(
      `unpack ${packed} ${place} ${from} --placer ${placer}`,
    )
    expect({ exit, stdout }, stderr).toEqual({ exit: code, stdout: '' })
    expect(stderr).toContain(place.slice(0, 5))
    expect(leftovers(directory)).toEqual([])
  })

  test('the root of the machine is not replaced, nor is anything fetched for it', async () => {
    const { directory, ware, packed } = await prepare()
    const { exit, stderr } = await ware(`unpack ${packed} / ${from} --placer ${placer}`)
    expect(exit).toBe(12)
    expect(stderr).toContain('root of this machine')
    expect(listAll(join(directory, 'cache/tar/fileset'))).toEqual([])
  })

  test('a symlink at the destination is not followed', async () => {
    const { directory, ware, packed } = await prepare()
    mkdirSync(join(directory, 'precious'))
    writeFileSync(join(directory, 'precious/thing'), 'thing')
    symlinkSync('precious', join(directory, 'place'))
    const { exit, stderr } = await ware(
      `unpack ${packed} place ${from} --placer ${placer}`,
    )
    expect(exit).toBe(12)
    expect(stderr).toContain('is a symlink')
    expect(readlinkSync(join(directory, 'place'))).toBe('precious')
    expect(listAll(join(directory, 'precious'))).toEqual(['thing'])
    expect(listAll(join(directory, 'cache/tar/fileset'))).toEqual([])
    expect(leftovers(directory)).toEqual([])
  })

  test('missing directories above the destination are made, but not for a failure', async () => {
    const { directory, ware, packed } = await prepare()
    const absent = await ware(
      `unpack ${packed} a/b/place --source file://nothing --placer ${placer}`,
    )
    expect(absent.exit).toBe(5)
    expect(existsSync(join(directory, 'a'))).toBe(false)
    const { exit } = await ware(`unpack ${packed} a/b/place ${from} --placer ${placer}`)
    expect(exit).toBe(0)
    expect(listAll(join(directory, 'a/b'))).toContain('place/bin/run')
  })
})

describe('as an archive', () => {
  test.each([
    ['a directory', 'app'],
    ['a fifo', 'fifo'],
    ['a device', '/dev/null'],
  ])('%s is refused, not read', async (_, name) => {
    const { directory, ware, packed } = await prepare()
    execFileSync('mkfifo', [join(directory, 'fifo')])
    const source = `file://${name}`
    for (const args of [
      `scan tar --source ${source}`,
      `unpack ${packed} place --source ${source}`,
      `mirror ${packed} --source ${source} --target file://copy.tar`,
    ]) {
      const { exit, stderr } = await ware(args)
      expect(exit, args).toBe(3)
      expect(stderr).toContain('no regular file')
    }
    const { exit, stderr } = await ware(`index ${name}`)
    expect(exit).toBe(1)
    expect(stderr).toContain('is no file that can be read')
    expect(listAll(directory)).not.toContain('copy.tar')
  })
})

describe('interrupted', () => {
  /** A server that sends half of the ware, tells, and then says nothing more. */
  async function stall(): Promise<{ url: string; reached: Promise<void> }> {
    let tell: () => void = () => undefined
    const reached = new Promise<void>((done) => (tell = done))
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': example.tar.length })
      response.write(example.tar.subarray(0, 1500), tell)
    })
    return { url, reached }
  }

  test.each([
    'scan tar --source URL',
    `unpack ${example.text} place --source URL --source ca+file://wares`,
    `unpack ${example.text} place --source URL --placer direct`,
    `mirror ${example.text} --source URL --target ca+file://wares`,
    `index ${example.text} --source URL`,
  ])('%s stops, and nothing stays', async (args) => {
    const { directory, ware } = openWorkshop()
    const before = listAll(directory)
    const { url, reached } = await stall()
    const controller = new AbortController()
    const running = ware(args.replace('URL', url), { signal: controller.signal })
    await reached
    controller.abort()
    const { exit, stdout, stderr } = await running
    expect({ exit, stdout }, stderr).toEqual({ exit: 8, stdout: '' })
    const after = listAll(directory).filter(
      (path) => !/^cache(\/tar(\/fileset)?)?$/.test(path),
    )
    expect(after).toEqual(before)
  })

  test.each([
    'pack tar app --target ca+file://wares',
    `unpack ${example.text} place --source file://app.tar`,
  ])('beforehand, %s does nothing', async (args) => {
    const { directory, ware } = openWorkshop()
    const before = listAll(directory)
    const { exit } = await ware(args, { signal: AbortSignal.abort() })
    expect(exit).toBe(8)
    expect(listAll(directory).filter((path) => !path.startsWith('cache'))).toEqual(before)
  })
})
