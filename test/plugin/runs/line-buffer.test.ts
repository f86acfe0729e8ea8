import { describe, expect, test } from 'vitest'
import { collectLines } from '../../../src/plugin/runs/line-buffer.ts'

function part(
  text: string,
  change: { start?: boolean; end?: boolean; second?: number } = {},
) {
  const { start = true, end = true, second = 7 } = change
  return { second, bytes: Buffer.from(text), isStart: start, isEnd: end }
}

const open = { end: false }
const within = { start: false, end: false }
const last = { start: false }

function collect(...parts: readonly ReturnType<typeof part>[]) {
  const made: number[] = []
  const buffer = collectLines((second) => {
    made.push(second)
    return `${second}> `
  })
  for (const each of parts) buffer.add(each)
  const text = () => Buffer.from(buffer.take()).toString()
  return { buffer, made, text }
}

describe('lines', () => {
  test('have the time in front, made once a second', () => {
    const at8 = { second: 8 }
    const { text, made } = collect(part('a'), part('b'), part('c', at8), part('', at8))
    expect(text()).toBe('7> a\n7> b\n8> c\n8> \n')
    expect(made).toEqual([7, 8])
  })

  test('come once', () => {
    const { text, buffer } = collect(part('a'))
    expect([text(), text()]).toEqual(['7> a\n', ''])
    buffer.add(part('b'))
    expect(text()).toBe('7> b\n')
  })

  test('in parts have the time once, also when it has gone on', () => {
    const { text } = collect(
      part('a', open),
      part('b', within),
      part('c', { ...last, second: 9 }),
    )
    expect(text()).toBe('7> abc\n')
  })

  test('may be taken in the middle, and go on', () => {
    const { text, buffer } = collect(part('a', open))
    expect(text()).toBe('7> a')
    buffer.add(part('b', last))
    expect(text()).toBe('b\n')
  })

  test('that are cut for good do not run into the next one', () => {
    expect(collect(part('a', open), part('b')).text()).toBe('7> a\n7> b\n')
  })

  test('of any length and number come whole', () => {
    const long = 'x'.repeat(1_000_000)
    const many = Array.from({ length: 50_000 }, (_, i) => part(`line ${i}`))
    expect(collect(part(long)).text()).toBe(`7> ${long}\n`)
    expect(collect(...many).text()).toBe(
      many.map(({ bytes }) => `7> ${bytes.toString()}\n`).join(''),
    )
  })

  test('are bytes, UTF-8 or not', () => {
    const { buffer } = collect()
    buffer.add({ ...part(''), bytes: Uint8Array.of(0xff, 0, 0xc3) })
    expect([...buffer.take().subarray(3)]).toEqual([0xff, 0, 0xc3, 0x0a])
  })

  test('that were taken stay as they are until there are more, in the same memory', () => {
    const { buffer } = collect(part('aaaa'))
    const taken = buffer.take()
    expect(buffer.take()).toHaveLength(0)
    expect(Buffer.from(taken).toString()).toBe('7> aaaa\n')
    buffer.add(part('bbbb'))
    expect(buffer.take().buffer).toBe(taken.buffer)
  })
})

describe('a word between the lines', () => {
  test('needs a line break where a line is open, and the rest of it a new time', () => {
    const { buffer, text } = collect(part('a', open))
    expect(text()).toBe('7> a')
    expect([buffer.breakLine(), buffer.breakLine()]).toEqual(['\n', ''])
    buffer.add(part('b', last))
    expect(text()).toBe('7> b\n')
  })

  test('needs none behind a whole line', () => {
    expect(collect(part('a')).buffer.breakLine()).toBe('')
    expect(collect().buffer.breakLine()).toBe('')
  })
})
