import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFileWarehouse } from '../../src/warehouse/file-warehouse.ts'
import { warePath } from '../../src/ware/ware-path.ts'
import {
  bytesOf,
  filesBelow,
  found,
  readAll,
  record,
  save,
  temporaryDirectory,
  ware,
} from './fixtures.ts'

const content = bytesOf(700_000)
const shelf = (path: string, cwd = '/') =>
  openFileWarehouse({ path, layout: 'fan-out' }, { cwd })
const single = (path: string, cwd = '/') =>
  openFileWarehouse({ path, layout: 'single' }, { cwd })

describe('reading', () => {
  test('starts from the working directory where the path is relative', async () => {
    const cwd = temporaryDirectory()
    writeFileSync(join(cwd, 'ware.tgz'), content)
    const { bytes } = found(await single('./ware.tgz', cwd).open(undefined))
    expect((await readAll(bytes)).equals(content)).toBe(true)
  })

  test('gives an empty file as what it is', async () => {
    const path = join(temporaryDirectory(), 'ware')
    writeFileSync(path, '')
    const { bytes, size } = found(await single(path).open(undefined))
    expect([size, (await readAll(bytes)).length]).toEqual([0, 0])
  })

  test('goes through links to files', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'ware'), content)
    symlinkSync('ware', join(directory, 'link'))
    const { bytes } = found(await single(join(directory, 'link')).open(undefined))
    expect((await readAll(bytes)).equals(content)).toBe(true)
  })

  test.each([
    {
      name: 'a base that is missing',
      make: () => undefined,
      path: 'base',
      why: 'does not exist',
    },
    {
      name: 'a base that is a file',
      make: (at: string) => {
        writeFileSync(at, '')
      },
      path: 'base',
      why: 'is no directory',
    },
    {
      name: 'a base below a file',
      make: (at: string) => {
        writeFileSync(at, '')
      },
      path: 'base/below',
      why: 'a part of the path is no directory',
    },
    {
      name: 'a base that is a link to itself',
      make: (at: string) => {
        symlinkSync(at, at)
      },
      path: 'base',
      why: 'links go in a circle',
    },
  ])('$name is unavailable', async ({ make, path, why }) => {
    const directory = temporaryDirectory()
    make(join(directory, 'base'))
    const warehouse = shelf(join(directory, path))
    expect(await warehouse.open(ware)).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining(why) as string,
    })
    await expect(warehouse.create(ware)).rejects.toMatchObject({
      code: 'warehouse-unavailable',
    })
  })

  test('a single file without a parent is unavailable, not absent', async () => {
    const outcome = await single(join(temporaryDirectory(), 'no/ware')).open(undefined)
    expect(outcome.kind).toBe('unavailable')
  })

  test.each([
    {
      name: 'a directory',
      make: (path: string) => {
        mkdirSync(path)
      },
    },
    {
      name: 'a fifo',
      make: (path: string) => {
        execFileSync('mkfifo', [path])
      },
    },
    {
      name: 'a device',
      make: (path: string) => {
        symlinkSync('/dev/zero', path)
      },
    },
  ])('$name in place of a file is unavailable, and holds up nobody', async ({ make }) => {
    const path = join(temporaryDirectory(), 'ware')
    make(path)
    expect(await single(path).open(undefined)).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('is no regular file') as string,
    })
  })

  test('notices a file that shrinks', async () => {
    const path = join(temporaryDirectory(), 'ware')
    writeFileSync(path, bytesOf(3_000_000))
    const { bytes } = found(await single(path).open(undefined))
    const reading = (async () => {
      for await (const chunk of bytes) if (chunk.length > 0) truncateSync(path, 10)
    })()
    await expect(reading).rejects.toMatchObject({
      code: 'warehouse-unavailable',
      message: expect.stringContaining('became shorter') as string,
    })
  })
})

describe('writing', () => {
  test('makes shelves and files that others may read', async () => {
    const base = temporaryDirectory()
    await save(shelf(base), content)
    const path = warePath(ware, 'fan-out')
    expect(readFileSync(join(base, path)).equals(content)).toBe(true)
    // The umask of whoever runs this may take away, and nothing adds.
    for (const shelf of [path.slice(0, 3), path.slice(0, 7)]) {
      expect(modeOf(join(base, shelf)) & ~0o055).toBe(0o700)
    }
    expect(modeOf(join(base, path)) & ~0o044).toBe(0o600)
  })

  test('leaves alone what is there under the same hash', async () => {
    const base = temporaryDirectory()
    await save(shelf(base), Buffer.from('first'))
    await save(shelf(base), Buffer.from('second'))
    expect(readFileSync(join(base, warePath(ware, 'fan-out')), 'utf8')).toBe('first')
    expect(filesBelow(base)).toHaveLength(1)
  })

  test('replaces what is there when that is known to be wrong', async () => {
    const base = temporaryDirectory()
    await save(shelf(base), Buffer.from('first'))
    const upload = await shelf(base).create(ware)
    await upload.write(Buffer.from('second'))
    await upload.commit({ ...record, replace: true })
    expect(readFileSync(join(base, warePath(ware, 'fan-out')), 'utf8')).toBe('second')
  })

  test('replaces a single file, and no directory', async () => {
    const directory = temporaryDirectory()
    await save(single(join(directory, 'ware')), Buffer.from('first'))
    await save(single(join(directory, 'ware')), Buffer.from('second'))
    expect(readFileSync(join(directory, 'ware'), 'utf8')).toBe('second')
    mkdirSync(join(directory, 'sub'))
    await expect(single(join(directory, 'sub')).create(undefined)).rejects.toMatchObject({
      code: 'warehouse-unwritable',
    })
    expect(readdirSync(directory)).toEqual(['sub', 'ware'])
  })

  test('replaces a link and not what it leads to', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'precious'), 'precious')
    symlinkSync('precious', join(directory, 'ware'))
    await save(single(join(directory, 'ware')), content)
    expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('precious')
  })

  test('names the file that takes no more, and leaves nothing', async () => {
    const base = temporaryDirectory()
    const path = join(base, warePath(ware, 'fan-out'))
    mkdirSync(path, { recursive: true })
    const saving = save(shelf(base), content)
    await expect(saving).rejects.toMatchObject({ code: 'warehouse-unwritable' })
    expect(filesBelow(base)).toEqual([])
  })

  test.skipIf(process.getuid?.() === 0)(
    'a directory that may not be written is unwritable (not run as root)',
    async () => {
      const base = temporaryDirectory()
      chmodSync(base, 0o555)
      await expect(shelf(base).create(ware)).rejects.toMatchObject({
        code: 'warehouse-unwritable',
        message: expect.stringContaining(`"${base}" is not writable`) as string,
      })
    },
  )

  test.skipIf(!existsSync('/proc/self'))(
    'a file system that takes no files is unwritable',
    async () => {
      await expect(shelf('/proc/self').create(ware)).rejects.toMatchObject({
        code: 'warehouse-unwritable',
        message: expect.not.stringContaining('.tmp.') as string,
      })
    },
  )

  test('clears away what was left a day ago, and nothing else', async () => {
    const base = temporaryDirectory()
    const old = new Date(Date.now() - 25 * 60 * 60 * 1000)
    for (const name of ['.tmp.upload.old', '.tmp.upload.new', 'mine']) {
      writeFileSync(join(base, name), '')
      if (name !== '.tmp.upload.new') utimesSync(join(base, name), old, old)
    }
    mkdirSync(join(base, '.tmp.upload.directory'))
    utimesSync(join(base, '.tmp.upload.directory'), old, old)
    await (await shelf(base).create(ware)).discard()
    expect(readdirSync(base).sort()).toEqual(
      ['.tmp.upload.directory', '.tmp.upload.new', 'mine'].sort(),
    )
  })

  test('lies beside its place until the end, named after it', async () => {
    const directory = temporaryDirectory()
    const upload = await single(join(directory, 'ware.tgz')).create(undefined)
    await upload.write(content)
    const [name, ...others] = readdirSync(directory)
    expect(name).toMatch(/^\.tmp\.upload\.ware\.tgz\.[0-9a-f-]{36}$/)
    expect(others).toEqual([])
    await upload.commit(record)
    expect(readdirSync(directory)).toEqual(['ware.tgz'])
  })
})

function modeOf(path: string): number {
  return statSync(path).mode & 0o7777
}
