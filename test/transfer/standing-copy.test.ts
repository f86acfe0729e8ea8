import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mirrorWare } from '../../src/transfer/mirror-ware.ts'
import { packRecords } from '../../src/transfer/pack-records.ts'
import { warePath } from '../../src/ware/ware-path.ts'
import { feed, record } from '../ware/records.ts'
import {
  answering,
  example,
  exampleRecords,
  filterOf,
  leftovers,
  makeWare,
  other,
  serve,
  temporaryDirectory,
  transferContext,
  type TestContext,
} from './fixtures.ts'

const retargeted = makeWare(...exampleRecords('/etc/passwd'))

function shelfWith(bytes: Uint8Array | string) {
  const base = temporaryDirectory()
  const path = join(base, warePath(example.id, 'fan-out'))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return { base, path, target: `ca+file://${base}` }
}

function logsOf({ events }: TestContext): string[] {
  return events.flatMap((event) =>
    event.kind === 'log' ? [`${event.level}: ${event.message}`] : [],
  )
}

const mirror = (target: string, addresses: readonly string[], context: TestContext) =>
  mirrorWare({ wareId: example.id, addresses, target }, context)

describe('a target of mirror', () => {
  test.each([
    ['four bytes', Buffer.from('oops')],
    ['half of the ware', example.tar.subarray(0, 1800)],
    ['another ware', other.tar],
  ])('with %s in the place of the ware is repaired', async (_, bytes) => {
    const { base, path, target } = shelfWith(bytes)
    const context = transferContext()
    const source = await serve(answering(example.tar))
    expect(await mirror(target, [source], context)).not.toBe('there-already')
    expect(readFileSync(path).equals(example.tar)).toBe(true)
    expect(logsOf(context).join()).toMatch(/warn: .* is replaced: /)
    expect(leftovers(base)).toEqual([])
  })

  test('keeps what is damaged when no source has the ware', async () => {
    const { path, target } = shelfWith('oops')
    const source = await serve(answering(other.tar))
    await expect(mirror(target, [source], transferContext())).rejects.toMatchObject({
      code: 'ware-hash-mismatch',
    })
    expect(readFileSync(path, 'utf8')).toBe('oops')
  })

  test('that has the ware needs no source, a single file neither', async () => {
    const { path, target } = shelfWith(example.tar)
    for (const place of [target, `file://${path}`]) {
      const context = transferContext()
      expect(await mirror(place, [], context)).toBe('there-already')
      expect(logsOf(context)).toEqual([matchingText(/^info: ".*" has it already$/)])
    }
  })

  test('that is a single file with another ware needs a source', async () => {
    const { path } = shelfWith(other.tar)
    await expect(mirror(`file://${path}`, [], transferContext())).rejects.toMatchObject({
      code: 'usage',
    })
  })

  test('that is far away is not read, but how to repair it is told', async () => {
    const context = transferContext()
    const target = await serve(answering('oops'))
    expect(await mirror(`ca+${target}`, [], context)).toBe('there-already')
    expect(logsOf(context).join()).toMatch(/info: .*not read: .* remove it there/)
  })
})

function pack(records: typeof example.records, target: string[], context: TestContext) {
  return packRecords(
    {
      packtype: 'tar',
      filter: filterOf('pack-lossless'),
      addresses: target,
      compression: 'none',
      name: 'example',
      task: 'pack it',
      produce: (sink) => {
        feed(records, sink)
        return Promise.resolve('walked')
      },
    },
    context,
  )
}

describe('packing', () => {
  test('repairs a damaged shelf, and leaves a sound one', async () => {
    const { path, target } = shelfWith('oops')
    const context = transferContext()
    await pack(example.records, [target], context)
    expect(readFileSync(path).length).toBeGreaterThan(1000)
    expect(logsOf(context).join()).toContain('is replaced')
    const again = transferContext()
    await pack(example.records, [target], again)
    expect(logsOf(again)).toEqual([])
  })

  test('tells which strict digest is replaced, or stays', async () => {
    const { target } = shelfWith(example.tar)
    const context = transferContext()
    const [old, own] = [example.strictDigest, retargeted.strictDigest]
    await pack(example.records, [target], context)
    await pack(retargeted.records, [], context)
    expect(logsOf(context).join()).toContain(`digest ${old} stays remembered`)
    await pack(retargeted.records, [target], context)
    expect(logsOf(context).join()).toContain(
      `digest ${old} that was remembered is replaced by ${own}`,
    )
    // What the other digest was known of is met here.
    const late = await serve(answering(example.tar))
    const copy = mirror(`ca+file://${temporaryDirectory()}`, [late], context)
    const place = `${join(context.cacheBase, 'tar/index')}/`
    await expect(copy).rejects.toMatchObject({
      code: 'ware-hash-mismatch',
      problems: [{ hints: [/known digest/, /delete/].map(matchingText) }],
    })
    await copy.catch((error: unknown) => {
      expect(JSON.stringify(error)).toContain(place)
    })
  })

  test('warns of paths that unpacking refuses by default', async () => {
    const context = transferContext()
    const deep = record('d/'.repeat(2100).slice(0, -1), 'directory')
    await pack([...example.records, deep], [], context)
    expect(logsOf(context).join()).toMatch(/warn: .*4199 bytes.*path-bytes=4199/)
  })
})

function matchingText(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
