import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { shareInput } from '../../src/run/shared-input.ts'

const read = (of: AsyncIterable<Uint8Array>) => of[Symbol.asyncIterator]()
const text = ({ value }: IteratorResult<Uint8Array, unknown>) =>
  value instanceof Uint8Array ? Buffer.from(value).toString() : undefined

describe('an input', () => {
  test('is not touched before somebody reads it', () => {
    const source: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => {
        throw new Error('it was touched')
      },
    }
    expect(() => shareInput(source).stdin[Symbol.asyncIterator]()).not.toThrow()
  })

  test('goes on for the second reader with what the first has waited for', async () => {
    const source = new PassThrough()
    const { stdin, bytes } = shareInput(source)
    const first = read(stdin)
    source.write('one')
    expect(text(await first.next())).toBe('one')
    const waiting = first.next()
    await first.return?.()
    const second = read(stdin)
    source.write('two')
    expect(text(await second.next())).toBe('two')
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(bytes()).toBe(6)
  })

  test('knows that it has ended, and that somebody works on a piece of it', async () => {
    const source = new PassThrough()
    const { stdin, isAtEnd, isHeldUp } = shareInput(source)
    const reader = read(stdin)
    source.end('all')
    expect(isHeldUp()).toBe(false)
    await reader.next()
    expect([isHeldUp(), isAtEnd()]).toEqual([true, false])
    await reader.next()
    expect([isHeldUp(), isAtEnd()]).toEqual([false, true])
  })

  test('keeps why it cannot be read', async () => {
    const source = new PassThrough()
    const { stdin, failure } = shareInput(source)
    const reading = read(stdin).next()
    const error = new Error('the disk is gone')
    source.destroy(error)
    await expect(reading).rejects.toBe(error)
    expect(failure()).toBe(error)
  })
})
