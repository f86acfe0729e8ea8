import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase58, encodeBase58 } from '../../src/ware/base58.ts'

test('decoding gives back the bytes that were encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(decodeBase58(encodeBase58(bytes))).toEqual(bytes)
    }),
  )
})

test('each leading zero byte is one "1"', () => {
  expect(encodeBase58(Uint8Array.of(0, 0, 1))).toBe('112')
  expect(decodeBase58('112')).toEqual(Uint8Array.of(0, 0, 1))
  expect(encodeBase58(new Uint8Array(48))).toBe('1'.repeat(48))
})

test.each(['0', 'O', 'I', 'l', '+', '/', ' ', 'é', '-'])(
  'the character %j is refused',
  (char) => {
    expect(decodeBase58(`2${char}2`)).toBeUndefined()
  },
)

test('nothing is nothing', () => {
  expect(encodeBase58(new Uint8Array(0))).toBe('')
  expect(decodeBase58('')).toEqual(new Uint8Array(0))
})
