import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { R2k8sError } from '../../../src/errors.ts'
import { cidOfCbor } from '../../../src/formula/identity.ts'
import { resolveSources } from '../../../src/plugin/plots/resolve-sources.ts'
import { planOf } from '../../plot/read.ts'
import { quietIo } from '../cli.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

const ware = `tar:${'1'.repeat(48)}`
const mirror = 'ca+https://wares.example/'

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-resolve-'))
  made.push(directory)
  return directory
}

function write(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, JSON.stringify(value))
}

/** With one item, `foo.org/x:v1:amd64`. */
function makeCatalog(catalog: string): void {
  const items = { amd64: ware }
  const cid = cidOfCbor(
    new Map<string, string | Map<string, string>>([
      ['items', new Map(Object.entries(items))],
      ['metadata', new Map()],
      ['releaseName', 'v1'],
    ]),
  )
  const module = join(catalog, 'foo.org/x')
  const listed = { name: 'foo.org/x', releases: { v1: cid }, metadata: {} }
  write(join(module, '_module.json'), { 'catalogmodule.v1': listed })
  write(join(module, '_releases/v1.json'), { releaseName: 'v1', items, metadata: {} })
  write(join(module, '_mirrors.json'), {
    'catalogmirrors.v1': { byWare: { [ware]: [mirror] } },
  })
}

const step = (root: string) => ({
  protoformula: {
    inputs: { '/': root },
    action: { exec: { command: ['/x'] } },
    outputs: {},
  },
})
const planWith = (...roots: readonly string[]) =>
  planOf(
    JSON.stringify({
      'plot.v1': {
        inputs: {},
        steps: Object.fromEntries(roots.map((root, i) => [`step-${i}`, step(root)])),
        outputs: {},
      },
    }),
  )

const io = { ...quietIo(), env: { HOME: '/nowhere' } }

describe('a ware of a catalog', () => {
  test('keeps its mirrors when the plot names it itself, too', () => {
    const directory = makeDirectory()
    makeCatalog(join(directory, '.warpforge/catalog'))
    for (const roots of [
      ['catalog:foo.org/x:v1:amd64', `ware:${ware}`],
      [`ware:${ware}`, 'catalog:foo.org/x:v1:amd64'],
    ]) {
      const { items, addresses } = resolveSources(planWith(...roots), directory, [], io)
      expect([...items.values()]).toEqual([ware])
      expect(addresses.get(ware)).toEqual([mirror])
    }
  })

  test('without mirrors is that on the shelf of the root workspace', () => {
    const directory = makeDirectory()
    const own = join(directory, '.warpforge')
    write(join(own, 'root'), '')
    const shelf = join(own, 'warehouse/111/111', '1'.repeat(48))
    const resolve = () =>
      resolveSources(planWith(`ware:${ware}`), directory, [], io).addresses.get(ware)
    expect(resolve()).toEqual([])
    write(shelf, '')
    expect(resolve()).toEqual([`ca+file://${own}/warehouse`])
  })
})

describe('a workspace that is not trusted is not asked, and said to be', () => {
  const plan = planWith('catalog:foo.org/x:v1:amd64')
  const refused = (directory: string, user = io.user): string => {
    try {
      resolveSources(plan, directory, [], { ...io, user })
    } catch (error) {
      if (error instanceof R2k8sError) return String(error.problems[0].hints)
      throw error
    }
    return 'it was asked'
  }

  test('when it is a link', () => {
    const directory = makeDirectory()
    const elsewhere = makeDirectory()
    makeCatalog(join(elsewhere, 'catalog'))
    symlinkSync(elsewhere, join(directory, '.warpforge'))
    expect(refused(directory)).toContain('so its workspace is not asked')
  })

  test.runIf(process.getuid?.() === 0)(
    'when it, or a part of it, is somebody else’s',
    () => {
      const directory = makeDirectory()
      const plotDirectory = join(directory, 'plot')
      mkdirSync(plotDirectory)
      chownSync(plotDirectory, 1234, 1234)
      const user = { uid: 1234, gid: 1234 }
      makeCatalog(join(directory, '.warpforge/catalog'))
      expect(refused(plotDirectory, user)).toBe('it was asked')
      chownSync(join(directory, '.warpforge/catalog'), 4321, 4321)
      expect(refused(plotDirectory, user)).toContain('so its workspace is not asked')
    },
  )
})
