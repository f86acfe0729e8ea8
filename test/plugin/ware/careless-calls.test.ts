// Command lines that mean something else than what they would do.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listAll } from '../../transfer/fixtures.ts'
import { kubectlR2k8s } from '../cli.ts'
import { openWorkshop, packApp } from './wares.ts'

describe('an empty path is a usage error', () => {
  test.each(['copy', 'direct', 'none'])(
    'of unpack, and the working directory stays as it is: placer %s',
    async (placer) => {
      const shop = openWorkshop()
      const id = await packApp(shop)
      const before = listAll(shop.directory)
      const { exit, stdout, stderr } = await kubectlR2k8s(
        ['ware', 'unpack', id, '', '--source', 'ca+file://wares', '--placer', placer],
        { cwd: shop.directory, env: { R2K8S_CACHE: join(shop.directory, 'cache') } },
      )
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
      expect(stderr).toContain('It is empty: is a variable unset?')
      expect(listAll(shop.directory)).toEqual(before)
    },
  )

  test.each([
    ['pack', ['tar', '']],
    ['scan', ['tar', '--source', '']],
    ['serve', ['']],
    ['serve', ['wares', '--write', '--token-file', '']],
    ['index', ['']],
    ['import', ['', '--target', 'ca+file://wares']],
    ['import', ['oci-archive:x.tar', '--target', '']],
    ['mirror', ['tar:-', '--source', 'file://x', '--target', '']],
  ])('of %s', async (verb, args) => {
    const { directory } = openWorkshop()
    const call = { cwd: directory, signal: AbortSignal.abort() }
    const { exit, stdout, stderr } = await kubectlR2k8s(['ware', verb, ...args], call)
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
    expect(stderr).toContain('It is empty')
  })
})

test.each([
  'scan tar --source file://a --source file://b',
  'pack tar app --filters uid=0 --filters gid=0',
  'pack tar app --compression gzip --compression=zstd',
  'unpack tar:x place --placer copy --placer none',
  'index app.tar --program a --program b',
  'serve wares --listen :1 --listen :2',
  '--progress none scan tar --source file://a --progress json',
])('an option that takes one value is not given twice: %s', async (args) => {
  const { ware } = openWorkshop()
  const { exit, stdout, stderr } = await ware(args, { signal: AbortSignal.abort() })
  expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  expect(stderr).toMatch(/option '--\w+ <\w+>' is given twice; it takes one value/)
})

describe('packing what is not there', () => {
  test.each([
    ['nothing', 'there is no "nothing"; nothing was stored'],
    ['fifo', '"fifo" is neither a directory nor a file; nothing was stored'],
    ['link', '"link" is neither a directory nor a file; nothing was stored'],
  ])('gives the blank ware, with a warning: %s', async (path, why) => {
    const { directory, ware } = openWorkshop()
    execFileSync('mkfifo', [join(directory, 'fifo')])
    symlinkSync('app', join(directory, 'link'))
    const { exit, stdout, stderr } = await ware(
      `pack tar ${path} --target ca+file://wares`,
    )
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'tar:-\n' })
    expect(stderr).toBe(`log: lvl=warn msg=${why}\n`)
    expect(listAll(join(directory, 'wares'))).toEqual([])
  })

  test('is not what packing an empty directory is', async () => {
    const { directory, ware } = openWorkshop()
    mkdirSync(join(directory, 'empty'))
    expect((await ware('pack tar empty')).stderr).toBe('')
  })
})

describe('the destination -', () => {
  test.each(['', ' --placer copy', ' --placer direct'])(
    'is none, and needs the placer none: unpack -%s',
    async (placer) => {
      const shop = openWorkshop()
      const id = await packApp(shop)
      const unpack = `unpack ${id} - --source ca+file://wares${placer}`
      const { exit, stdout, stderr } = await shop.ware(unpack)
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
      expect(stderr).toContain('hint: --placer none only fills the cache')
      expect(existsSync(join(shop.directory, '-'))).toBe(false)
    },
  )

  test('is a directory when it is written as one', async () => {
    const shop = openWorkshop()
    const id = await packApp(shop)
    await shop.id(`unpack ${id} ./- --source ca+file://wares`)
    expect(readFileSync(join(shop.directory, '-/text'), 'utf8')).toBe('text\n')
  })
})

describe('--format json ends with a result for a command line that is none, too', () => {
  test.each([
    ['pack tar', "missing required argument 'path'"],
    ['pack rar app', 'tar, zip'],
    ['pack tar app --levle 3', '--levle'],
    ['pakc tar app', "unknown command 'pakc'"],
    ['scan tar', '--source'],
    ['scan tar --source file://a --source file://b', 'is given twice'],
    ['mirror tar:x', '--target'],
  ])('%s', async (args, why) => {
    const { ware } = openWorkshop()
    for (const flag of ['--format json', '--format=json']) {
      const { exit, stdout, stderr } = await ware(`${args} ${flag}`)
      expect(exit).toBe(1)
      expect(stderr).toContain(why)
      expect(JSON.parse(stdout)).toMatchObject({
        result: {
          wareID: '',
          error: {
            category: 'rio-usage-error',
            message: expect.stringContaining(why) as string,
          },
        },
      })
      expect(stdout.split('\n')).toHaveLength(2)
    }
  })

  test('behind an option of all commands', async () => {
    const args = ['--color', 'never', 'ware', 'pack', 'tar', '--format', 'json']
    expect((await kubectlR2k8s(args)).stdout).toContain('rio-usage-error')
  })

  test.each([
    'ware index --format json',
    'ware serve --format json',
    'ware pack tar -- a b --format json',
    'formula id --format json',
    'ware pack tar --format dumb',
  ])('but not where nobody was promised one: %s', async (args) => {
    const { exit, stdout } = await kubectlR2k8s(args.split(' '))
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
  })
})

test.each([
  '--progress json ware pack tar app',
  'ware --progress json pack tar app',
  'ware pack tar app --progress=json',
  '--progress wrong ware pack tar app',
])('--progress stands before the verb or behind it: %s', async (args) => {
  const { directory } = openWorkshop()
  const { exit, stderr } = await kubectlR2k8s(args.split(' '), { cwd: directory })
  expect(exit, stderr).toBe(args.includes('wrong') ? 1 : 0)
})
