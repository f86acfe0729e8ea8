import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeGuid } from '../../src/run/guid.ts'

const zeros = (bytes: number) => new Uint8Array(bytes)
const now = Date.parse('2026-11-21T17:29:43Z')

test('a guid is three groups of eight digits and letters that nobody mistakes', () => {
  for (let i = 0; i < 200; i++) {
    const guid = makeGuid(now + i * 86_400_000, randomBytes)
    expect(guid).toMatch(/^[0-9a-hkmnop-tv-z]{8}(-[0-9a-hkmnop-tv-z]{8}){2}$/)
  }
})

test('guids sort by their time, to the hundredth of a second', () => {
  const times = [
    0,
    10,
    9999,
    now - 1000,
    now,
    now + 10,
    Date.parse('2300-01-01T00:00:00Z'),
  ]
  const guids = times.map((time) => makeGuid(time, zeros))
  expect([...guids].sort()).toEqual(guids)
  expect(new Set(guids).size).toBe(times.length)
})

test('two of one moment differ by chance, in all of the rest', () => {
  const [first, second] = [0, 255].map((byte) =>
    makeGuid(now, (bytes) => new Uint8Array(bytes).fill(byte)),
  )
  expect(first).toMatch(/-00000000-00000000$/)
  expect(second).toMatch(/-zzzzzzzz-zzzzzzzz$/)
  expect(first?.slice(0, 8)).toBe(second?.slice(0, 8))
})
