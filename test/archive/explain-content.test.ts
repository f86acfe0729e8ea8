import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readArchive } from '../../src/archive/read-archive.ts'
import { createIdentifier } from '../../src/ware/identify.ts'
import { defaultUnpackLimits } from '../../src/ware/unpack-limits.ts'
import { temporaryDirectory } from '../warehouse/fixtures.ts'
import { pack } from './pack-archive.ts'
import { inChunks } from './streams.ts'

async function faultOf(packtype: 'tar' | 'zip', bytes: Uint8Array, size = 1000) {
  const reading = readArchive({
    packtype,
    bytes: inChunks(bytes, size),
    sink: createIdentifier(),
    limits: defaultUnpackLimits,
    scratch: () => temporaryDirectory(),
  })
  return await reading.then(
    () => 'none',
    (error: unknown) => {
      expect(error).toMatchObject({ code: 'ware-corrupt' })
      return error instanceof Error ? error.message : ''
    },
  )
}

const long = ' and more'.repeat(100)

test.each([
  ['a page', `<!DOCTYPE html><title>Sign in</title>${long}`, 'it is HTML, no archive'],
  ['a short page', ' <html><p>Sign in', 'it is HTML, no archive'],
  ['a comment and a page', `<!-- x --><HTML>${long}`, 'it is HTML, no archive'],
  ['an error of S3', `<?xml version="1.0"?><Error/>${long}`, 'it is XML, no archive'],
  ['an answer in JSON', `{"message":"${long}"}`, 'it is JSON, no archive'],
  ['a word', `not found${long} ä`, 'it is text, no archive'],
  ['anything else', Buffer.alloc(2000, 7), 'it is no tar archive'],
  [
    'a page, compressed',
    gzipSync(`<html>${long}`),
    'what is in the gzip data: it is HTML, no archive',
  ],
])('%s in the place of a tar is told as what it is', async (_, bytes, why) => {
  for (const size of [7, 1000]) {
    expect(await faultOf('tar', Buffer.from(bytes), size)).toContain(why)
  }
})

test('a zip and a tar under the name of the other are told', async () => {
  const zip = 'it is a zip archive and no tar: use the packtype zip'
  expect(await faultOf('tar', await pack('zip', 'none'))).toContain(zip)
  const tar = 'it is a tar archive and no zip: use the packtype tar'
  expect(await faultOf('zip', await pack('tar', 'none'))).toContain(tar)
  const gzip = 'it is compressed with gzip'
  expect(await faultOf('zip', await pack('tar', 'gzip'))).toContain(gzip)
  expect(await faultOf('zip', Buffer.from(`<html>${long}`))).toContain('it is HTML')
})

test('the fault of an archive stays its own', async () => {
  const tar = await pack('tar', 'none')
  expect(await faultOf('tar', tar.subarray(0, 700))).toContain('ends in the middle')
  expect(await faultOf('tar', tar.subarray(0, 300))).toContain('ends in the middle')
  const zip = await pack('zip', 'none')
  expect(await faultOf('zip', zip.subarray(0, 300))).toContain('ends in the middle')
})
