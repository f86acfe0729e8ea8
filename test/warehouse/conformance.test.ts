// One suite for every scheme: what a warehouse is, whatever stands behind it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Warehouse } from '../../src/warehouse/warehouse.ts'
import {
  bytesOf,
  contextOf,
  filesBelow,
  found,
  otherWare,
  readAll,
  record,
  save,
  temporaryDirectory,
  ware,
  warehouseAt,
} from './fixtures.ts'
import { startFolder, startHttp, startS3, type Store } from './providers.ts'

const program = process.env['R2K8S_TEST_S3_SERVER'] ?? ''
const reason = program === '' ? ' (not run: R2K8S_TEST_S3_SERVER is not set)' : ''

const families = [
  {
    name: 'folders',
    start: startFolder,
    schemes: ['file', 'ca+file', 'file+ca'],
    inParts: [],
    skip: false,
  },
  {
    name: 'http',
    start: startHttp,
    schemes: ['http', 'ca+http', 'http+ca'],
    inParts: [],
    skip: false,
  },
  {
    name: `buckets${reason}`,
    start: () => startS3(program, 'us-east-1'),
    schemes: ['s3', 'ca+s3', 's3+ca'],
    // The first goes in parts both ways, the second by way of the disk.
    inParts: [
      { scheme: 's3', megabytes: 33 },
      { scheme: 'ca+s3', megabytes: 9 },
    ],
    skip: program === '',
  },
  {
    name: `buckets as Google has them${reason}`,
    start: () => startS3(program, 'auto'),
    schemes: ['gs', 'gs+ca'],
    inParts: [],
    skip: program === '',
  },
]

describe.each(families)('$name', (family) => {
  describe.skipIf(family.skip)('as any warehouse', () => {
    let store: Store
    beforeAll(async () => {
      store = await family.start()
    })
    afterAll(() => store.stop())

    /** Empty, with a folder that shows what lies in it. */
    async function emptyWarehouse(scheme: string) {
      const address = await store.address(scheme)
      const spools = temporaryDirectory()
      const context = contextOf({ env: store.env, scratch: () => spools })
      const left = () => filesBelow(store.folder(address))
      return { warehouse: warehouseAt(address, context), spools, left }
    }

    const content = bytesOf(300_000)

    test.each(family.schemes)(
      '%s: a ware that is not there is absent',
      async (scheme) => {
        const { warehouse } = await emptyWarehouse(scheme)
        const outcome = await warehouse.open(ware)
        expect(outcome).toMatchObject({
          kind: 'absent',
          why: expect.any(String) as string,
        })
      },
    )

    test.each(family.schemes)('%s: gives back the bytes it got', async (scheme) => {
      const { warehouse, spools } = await emptyWarehouse(scheme)
      await save(warehouse, content)
      const stored = found(await warehouse.open(ware))
      expect(stored.size).toBe(content.length)
      expect((await readAll(stored.bytes)).equals(content)).toBe(true)
      expect(filesBelow(spools)).toEqual([])
    })

    test.each(family.schemes)('%s: takes a ware with its ID known', async (scheme) => {
      const { warehouse } = await emptyWarehouse(scheme)
      await save(warehouse, content, ware)
      const stored = found(await warehouse.open(ware))
      expect((await readAll(stored.bytes)).equals(content)).toBe(true)
    })

    test.each(family.schemes)(
      '%s: shows nothing before the end of a write',
      async (scheme) => {
        const { warehouse } = await emptyWarehouse(scheme)
        const upload = await warehouse.create(ware)
        await upload.write(content)
        expect(await kindOf(warehouse)).toBe('absent')
        await upload.commit(record)
        expect(await kindOf(warehouse)).toBe('found')
        await upload.discard()
        expect(await kindOf(warehouse)).toBe('found')
      },
    )

    test.each(family.schemes)(
      '%s: a discarded write leaves nothing behind',
      async (scheme) => {
        const { warehouse, left, spools } = await emptyWarehouse(scheme)
        for (const known of [undefined, ware]) {
          const upload = await warehouse.create(known)
          await upload.write(content)
          await upload.discard()
          await upload.discard()
        }
        expect(await kindOf(warehouse)).toBe('absent')
        expect([...left(), ...filesBelow(spools)]).toEqual([])
      },
    )

    test.each(family.schemes)(
      '%s: writers of the same ware do not disturb each other',
      async (scheme) => {
        const { warehouse, left } = await emptyWarehouse(scheme)
        await Promise.all([1, 2, 3].map(() => save(warehouse, content)))
        const stored = found(await warehouse.open(ware))
        expect((await readAll(stored.bytes)).equals(content)).toBe(true)
        expect(left()).toHaveLength(1)
      },
    )

    test.each(family.schemes)('%s: reading can be broken off', async (scheme) => {
      const { warehouse } = await emptyWarehouse(scheme)
      await save(warehouse, content)
      const unread = found(await warehouse.open(ware))
      await unread.close()
      const partly = found(await warehouse.open(ware))
      for await (const chunk of partly.bytes) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await partly.close()
      const stored = found(await warehouse.open(ware))
      expect((await readAll(stored.bytes)).equals(content)).toBe(true)
    })

    test.each(family.schemes)('%s: stops on request', async (scheme) => {
      const address = await store.address(scheme)
      const stop = new AbortController()
      const context = contextOf({ env: store.env, signal: stop.signal })
      const warehouse = warehouseAt(address, context)
      const upload = await warehouse.create(ware)
      await upload.write(content)
      stop.abort()
      await expect(upload.commit(record)).rejects.toMatchObject({ code: 'cancelled' })
      await upload.discard()
      await expect(warehouse.open(ware)).rejects.toMatchObject({ code: 'cancelled' })
      await expect(warehouse.create(ware)).rejects.toMatchObject({ code: 'cancelled' })
      expect(filesBelow(store.folder(address))).toEqual([])
    })

    test.each(family.schemes.filter((scheme) => scheme.includes('+')))(
      '%s: keeps wares apart',
      async (scheme) => {
        const { warehouse } = await emptyWarehouse(scheme)
        await save(warehouse, content)
        expect((await warehouse.open(otherWare)).kind).toBe('absent')
      },
    )

    test.each(family.inParts)(
      '$scheme: a big ware goes in parts',
      async ({ scheme, megabytes }) => {
        const big = bytesOf(megabytes * 1024 * 1024 + 5)
        const { warehouse, left } = await emptyWarehouse(scheme)
        const broken = await warehouse.create(ware)
        await broken.write(big)
        await broken.discard()
        expect(left()).toEqual([])
        await save(warehouse, big)
        const stored = found(await warehouse.open(ware))
        expect((await readAll(stored.bytes)).equals(big)).toBe(true)
      },
    )
  })
})

async function kindOf(warehouse: Warehouse): Promise<string> {
  const outcome = await warehouse.open(ware)
  if (outcome.kind === 'found') await outcome.ware.close()
  return outcome.kind
}
