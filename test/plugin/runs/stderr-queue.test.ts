import { describe, expect, test } from 'vitest'
import { openQueue } from '../../../src/plugin/runs/stderr-queue.ts'
import { quietIo } from '../cli.ts'

const mebibyte = 1024 * 1024

/** A stderr that takes one write at a time, when it is told to. */
function slowReader() {
  const written: string[] = []
  let take: (() => void) | undefined
  const queue = openQueue({
    ...quietIo(),
    writeStderrBytes: (bytes) =>
      new Promise((resolve) => {
        take = () => {
          written.push(Buffer.from(bytes).toString())
          take = undefined
          resolve()
        }
      }),
  })
  return {
    queue,
    written,
    isAsked: () => take !== undefined,
    readOne: async () => {
      take?.()
      await pause()
    },
  }
}

const pause = () => new Promise((resolve) => setImmediate(resolve))

/** Whether it has come to an end by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const done = () => {
    settled = true
  }
  void promise.then(done, done)
  await pause()
  return settled
}

describe('what is written', () => {
  test('comes in its order, texts and bytes', async () => {
    let text = ''
    const queue = openQueue({
      ...quietIo(),
      writeStderrBytes: async (bytes) => {
        await pause()
        text += Buffer.from(bytes).toString()
      },
    })
    let expected = ''
    for (let i = 0; i < 300; i++) {
      queue.write(i % 2 === 0 ? `${i} ` : Buffer.from(`${i} `))
      expected += `${i} `
      if (i % 50 === 0) await pause()
    }
    await queue.flushed()
    expect(text).toBe(expected)
  })

  test('may be changed behind it', async () => {
    const { queue, written, readOne } = slowReader()
    const bytes = Buffer.from('a')
    for (const letter of 'abc') {
      bytes.write(letter)
      queue.write(bytes)
    }
    await readOne()
    await readOne()
    expect(written).toEqual(['a', 'bc'])
  })

  test('stays as it is while it is read, and comes whole, whatever comes meanwhile', async () => {
    const { queue, written, readOne, isAsked } = slowReader()
    let expected = ''
    for (let i = 0; i < 200; i++) {
      const text = `${i} `.repeat((i * i * 7) % 5000)
      queue.write(text)
      expected += text
      if (i % 7 === 0) await readOne()
    }
    while (isAsked()) await readOne()
    await queue.flushed()
    expect(written.join('')).toBe(expected)
  })

  test('is one write at a time: what comes meanwhile goes together', async () => {
    const { queue, written, readOne, isAsked } = slowReader()
    queue.write('a')
    queue.write('b')
    queue.write('c')
    await readOne()
    expect(written).toEqual(['a'])
    await readOne()
    expect(written).toEqual(['a', 'bc'])
    expect(isAsked()).toBe(false)
    await queue.flushed()
  })

  test('is not waited for by who writes little', async () => {
    const { queue } = slowReader()
    queue.write('a')
    queue.write('b')
    expect(await isSettled(queue.hasRoom())).toBe(true)
    expect(await isSettled(queue.flushed())).toBe(false)
  })

  test('is waited for by who writes much, until there is room', async () => {
    const { queue, readOne } = slowReader()
    queue.write('a')
    for (let i = 0; i < 5; i++) queue.write(Buffer.alloc(mebibyte, 'x'))
    const room = queue.hasRoom()
    expect(await isSettled(room)).toBe(false)
    await readOne()
    expect(await isSettled(room)).toBe(true)
    const flushed = queue.flushed()
    expect(await isSettled(flushed)).toBe(false)
    await readOne()
    await flushed
  })

  test('last is written before all is flushed, also when it comes late', async () => {
    const { queue, written, readOne } = slowReader()
    queue.write('a')
    const flushed = queue.flushed()
    await readOne()
    await flushed
    queue.write('b')
    const again = queue.flushed()
    expect(await isSettled(again)).toBe(false)
    await readOne()
    await again
    expect(written).toEqual(['a', 'b'])
  })
})

describe('a stderr that takes nothing any more', () => {
  const broken = () => {
    let writes = 0
    const queue = openQueue({
      ...quietIo(),
      writeStderrBytes: async () => {
        writes++
        await pause()
        throw new Error('no space left on device')
      },
    })
    return { queue, writes: () => writes }
  }

  test('is told to who waits, again and again', async () => {
    const { queue } = broken()
    queue.write('a')
    await expect(queue.flushed()).rejects.toThrow('no space left')
    await expect(queue.flushed()).rejects.toThrow('no space left')
    await expect(queue.hasRoom()).rejects.toThrow('no space left')
  })

  test('is told to who waits for room', async () => {
    const { queue } = broken()
    queue.write('a')
    queue.write(Buffer.alloc(5 * mebibyte))
    await expect(queue.hasRoom()).rejects.toThrow('no space left')
  })

  test('is not tried again', async () => {
    const { queue, writes } = broken()
    queue.write('a')
    queue.write('b')
    await expect(queue.flushed()).rejects.toThrow()
    queue.write('c')
    await pause()
    expect(writes()).toBe(1)
  })
})
