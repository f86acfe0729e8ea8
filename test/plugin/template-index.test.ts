import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeIndexEntry } from '../../src/fileset/index-store.ts'
import { directoryWith, kubectlR2k8s } from './cli.ts'
import { packWare, type PackedWare } from './serve/pack-ware.ts'
import { serveWarehouse } from './serve/warehouse.ts'
import { manifest } from './samples.ts'

/** The first bytes of a program for 64-bit ARM. */
const armProgram = new Uint8Array(64)
armProgram.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1], 0)
armProgram.set([2, 0, 0xb7, 0, 1], 16)

const rootWare = packWare({
  'app/serve': armProgram,
  'odd/file': Buffer.from('x'),
})
const otherWare = packWare({ data: Buffer.from('y') })

const nowhere = 'ca+https://wares.invalid'

/** With the root at `/` and, where given, another ware at `/opt/other`. */
function formulaOf(addresses: readonly string[], other?: PackedWare): string {
  const inputs = {
    '/': `tar:${rootWare.hash}`,
    ...(other !== undefined && { '/opt/other': `tar:${other.hash}` }),
  }
  const fetchUrls = Object.fromEntries(
    Object.keys(inputs).map((path) => [path, addresses]),
  )
  return JSON.stringify({
    formula: { inputs, action: { exec: ['/app/serve'] } },
    context: { fetchUrls },
  })
}

interface Situation {
  readonly formula: string
  readonly args?: readonly string[]
  /** The cache's, of the test's own unless given. */
  readonly cache?: string
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

async function template({ formula, args = [], cache, files }: Situation) {
  const cwd = directoryWith({
    'web.formula': formula,
    'web.yaml': manifest('./web.formula'),
    ...files,
  })
  const env = { RIO_CACHE: cache ?? join(cwd, 'cache') }
  const ran = await kubectlR2k8s(['template', 'web.yaml', ...args], { cwd, env })
  return { ...ran, cwd }
}

describe('template without --index', () => {
  test('asks no warehouse, and falls back with a warning', async () => {
    const { url, log } = await serveWarehouse({}, { [rootWare.path]: rootWare.bytes })
    const { exit, stdout, stderr } = await template({ formula: formulaOf([`ca+${url}`]) })
    expect([exit, log()]).toEqual([0, ''])
    expect(stderr).toContain(`no index of tar:${rootWare.hash}`)
    expect(stdout).toContain('mountPath: /lib64')
    expect(stdout).not.toContain('mountPath: /odd')
  })

  test.each([
    ['a content-addressed directory', 'ca+file://wares', `wares${rootWare.path}`],
    ['a flat one', 'file+ca://wares', `wares/${rootWare.hash}`],
    ['a file', 'file://root.tar', 'root.tar'],
  ])('reads what is on this machine: %s', async (_name, source, place) => {
    const { exit, stdout, stderr } = await template({
      formula: formulaOf([nowhere]),
      args: ['--source', source],
      files: { [place]: rootWare.bytes },
    })
    expect(exit).toBe(0)
    expect(stderr).not.toContain('no index')
    expect(stdout).toContain('mountPath: /odd')
    expect(stdout).not.toContain('mountPath: /lib64')
    expect(stdout).toContain('kubernetes.io/arch: arm64')
    expect(stdout).toContain('"strictDigest":"s1:')
  })

  test('takes what is cached', async () => {
    const cache = directoryWith({})
    const entries = [{ name: 'kept', kind: 'directory' as const }]
    const wareId = { packtype: 'tar', hash: rootWare.hash, space: 'timeless' } as const
    writeIndexEntry(cache, wareId, { entries, size: 1, files: 1 })
    const { exit, stdout } = await template({ formula: formulaOf([nowhere]), cache })
    expect(exit).toBe(0)
    expect(stdout).toContain('mountPath: /kept')
    expect(stdout).not.toContain('mountPath: /lib64')
  })

  test('warns of a file that is no such ware, and falls back', async () => {
    const { exit, stdout, stderr } = await template({
      formula: formulaOf([nowhere]),
      args: ['--source', 'file://root.tar'],
      files: { 'root.tar': otherWare.bytes },
    })
    expect(exit).toBe(0)
    expect(stderr).toContain(
      `what is on this machine gives no index of tar:${rootWare.hash}`,
    )
    expect(stdout).toContain('mountPath: /lib64')
  })

  test('the report shows the entries that are there, and no warning', async () => {
    const { stderr } = await template({
      formula: formulaOf([nowhere]),
      args: ['--source', 'ca+file://wares', '--report'],
      files: { [`wares${rootWare.path}`]: rootWare.bytes },
    })
    expect(stderr).toMatch(/^ {2}mounts: app home odd task tmp$/m)
    expect(stderr).not.toContain('no index')
  })
})

describe('template --index', () => {
  test('reads wares from their warehouses, and needs them only once', async () => {
    const cache = directoryWith({})
    const served = await serveWarehouse({}, { [rootWare.path]: rootWare.bytes })
    const formula = formulaOf([`ca+${served.url}`])
    const first = await template({ formula, cache, args: ['--index'] })
    expect([first.exit, first.stderr]).toEqual([0, ''])
    expect(first.stdout).toContain('mountPath: /odd')
    expect(first.stdout).toContain('kubernetes.io/arch: arm64')
    await served.stop()
    expect(await template({ formula, cache, args: ['--index'] })).toMatchObject({
      exit: 0,
      stdout: first.stdout,
    })
    expect((await template({ formula, cache })).stdout).toBe(first.stdout)
  })

  test('moves on to the next warehouse', async () => {
    const { url } = await serveWarehouse({}, { [rootWare.path]: otherWare.bytes })
    const good = await serveWarehouse({}, { [rootWare.path]: rootWare.bytes })
    const formula = formulaOf([`ca+${url}`, `ca+${good.url}`])
    const { exit, stdout } = await template({ formula, args: ['--index'] })
    expect(exit).toBe(0)
    expect(stdout).toContain('mountPath: /odd')
  })

  test('tells of every ware that cannot be read, and writes nothing', async () => {
    const { url } = await serveWarehouse()
    const formula = formulaOf([`ca+${url}`], otherWare)
    const { exit, stdout, stderr } = await template({ formula, args: ['--index'] })
    expect([exit, stdout]).toEqual([5, ''])
    for (const { hash } of [rootWare, otherWare]) {
      const line = new RegExp(
        `^error: cannot index tar:${hash} at web\\.formula:\\d+:\\d+: .*\\[ware-not-found\\]$`,
        'm',
      )
      expect(stderr).toMatch(line)
    }
  })

  test('fails when no warehouse answers', async () => {
    const { url, stop } = await serveWarehouse()
    await stop()
    const formula = formulaOf([`ca+${url}`])
    const { exit, stdout } = await template({ formula, args: ['--index'] })
    expect([exit, stdout]).toEqual([3, ''])
  })

  test('keeps to the limits of the settings', async () => {
    const { url } = await serveWarehouse({}, { [rootWare.path]: rootWare.bytes })
    const { exit, stderr } = await template({
      formula: formulaOf([`ca+${url}`]),
      args: ['--index', '--settings', 's.yaml'],
      files: { 's.yaml': 'limits: {entries: 2}\n' },
    })
    expect(exit).not.toBe(0)
    expect(stderr).toContain('more than 2 entries')
  })

  test('needs nothing for a manifest without formulas', async () => {
    const cwd = directoryWith({ 'a.yaml': 'a: 1\n' })
    const ran = await kubectlR2k8s(['template', 'a.yaml', '--index'], { cwd })
    expect(ran).toEqual({ exit: 0, stdout: 'a: 1\n', stderr: '' })
  })
})
