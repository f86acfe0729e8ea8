import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { R2k8sError } from '../../src/errors.ts'
import { unpackWare } from '../../src/transfer/unpack-ware.ts'
import {
  answering,
  example,
  filterOf,
  serve,
  temporaryDirectory,
  transferContext,
  type TestContext,
} from './fixtures.ts'

async function unpack(
  placer: 'copy' | 'direct',
  destination: string,
  context: TestContext,
) {
  const filter = filterOf('unpack-lossless')
  const addresses = [await serve(answering(example.tar))]
  const more = { filter, rejects: false, owners: 'none', placer } as const
  return await unpackWare(
    { wareId: example.id, addresses, destination, ...more },
    context,
  )
}

describe('a cache that cannot be used', () => {
  // A name that no file system takes: permissions do not stop root.
  const cacheBase = `/tmp/${'x'.repeat(300)}`

  test('is left out by direct, with a warning', async () => {
    const context = transferContext({ cacheBase })
    const place = join(temporaryDirectory(), 'place')
    await unpack('direct', place, context)
    expect(existsSync(join(place, 'bin/run'))).toBe(true)
    const warnings = context.events.filter(
      (event) => event.kind === 'log' && event.level === 'warn',
    )
    expect(JSON.stringify(warnings)).toContain('the cache is left out')
    expect(JSON.stringify(warnings)).toContain(`what is known of ${example.text}`)
  })

  test('is an error to copy', async () => {
    const place = join(temporaryDirectory(), 'place')
    await expect(
      unpack('copy', place, transferContext({ cacheBase })),
    ).rejects.toMatchObject({ code: 'local-cache-problem' })
    expect(existsSync(place)).toBe(false)
  })
})

describe.each(['copy', 'direct'] as const)('a destination of %s', (placer) => {
  test.runIf(existsSync('/proc/self'))('is named, not what is private', async () => {
    const error: unknown = await unpack(placer, '/proc/x/y', transferContext()).catch(
      (reason: unknown) => reason,
    )
    if (!(error instanceof R2k8sError)) throw error
    expect(error.message).toContain('cannot')
    expect(error.message).toContain('"/proc"')
    expect(error.message).not.toContain('.tmp.')
  })

  test.runIf(existsSync('/sys/kernel'))('that nobody may write is told', async () => {
    await expect(
      unpack(placer, '/sys/r2k8s/place', transferContext()),
    ).rejects.toMatchObject({
      code: 'inoperable-path',
      message: expect.stringContaining('"/sys" is not writable') as string,
    })
  })

  test.skipIf(process.getuid?.() === 0)(
    'that may not be written is inoperable (not run as root)',
    async () => {
      const directory = join(temporaryDirectory(), 'ro')
      mkdirSync(directory)
      chmodSync(directory, 0o555)
      await expect(
        unpack(placer, join(directory, 'place'), transferContext()),
      ).rejects.toMatchObject({
        code: 'inoperable-path',
        message: expect.stringContaining(`"${directory}" is not writable`) as string,
      })
    },
  )
})
