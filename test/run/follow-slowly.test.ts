import { describe, expect, test } from 'vitest'
import type { FollowOptions } from '../../src/run/follow-log.ts'
import type { LineSink } from '../../src/run/log-lines.ts'
import { hang, json, type Answer } from '../cluster/api-server.ts'
import { line, sendLog } from './kubelet-log.ts'
import {
  answerBy,
  createScene,
  entries,
  silent,
  timed,
  whole,
  type Setting,
} from './scene.ts'

describe('a sink that is slow', () => {
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      setTimeout(resolve, milliseconds)
    })

  /** Ends after a while. @returns whether it could, too */
  function slowly(milliseconds: number) {
    const end = { wasReached: false }
    const answer = answerBy((response, sent) => {
      response.on('close', () => (end.wasReached = response.writableFinished))
      response.write(sent)
      setTimeout(() => response.end(), milliseconds)
    }, entries)
    return { answer, end }
  }

  test('is not taken for silence', async () => {
    const scene = createScene()
    const { answer, end } = slowly(400)
    const setting = { sink: { flush: () => sleep(600) }, idle: 200 }
    expect(await scene.follow([answer, scene.ending(whole(entries))], setting)).toEqual([
      ...['one', 'two', 'three'],
    ])
    expect(end.wasReached).toBe(true)
  })

  test('is not taken for silence when the container ends meanwhile', async () => {
    const scene = createScene()
    const { answer, end } = slowly(400)
    const setting = { sink: { flush: () => sleep(600) }, idleAtEnd: 100 }
    const following = scene.follow([answer, whole(entries)], setting)
    await expect.poll(() => scene.lines).toHaveLength(3)
    scene.ended.abort()
    await following
    expect(end.wasReached).toBe(true)
  })

  test('keeps the rest of the log on the way', async () => {
    const scene = createScene()
    let isReady: () => void = () => undefined
    const ready = new Promise<void>((resolve) => (isReady = resolve))
    let isSent = false
    const large = answerBy((response) => {
      const bytes = sendLog([line(1, 'x'.repeat(64 * 1024 * 1024))])
      response.end(bytes, () => (isSent = true))
    }, [])
    scene.ended.abort()
    let read = 0
    const write: LineSink['write'] = ({ bytes }) => (read += bytes.length)
    const reading = scene.follow([large], { sink: { write, flush: () => ready } })
    await sleep(300)
    expect(isSent).toBe(false)
    expect(read).toBeLessThan(1024 * 1024)
    isReady()
    await reading
    expect(read).toBe(64 * 1024 * 1024)
  })

  test('may take longer for a log than a request may, even for the last reading', async () => {
    const scene = createScene()
    scene.ended.abort()
    const setting = { sink: { flush: () => sleep(200) }, timeout: 100, idle: 5000 }
    expect(await scene.follow([whole(entries)], setting)).toHaveLength(3)
    expect(scene.asked()).toHaveLength(1)
  })

  test.each([
    ['at the beginning', 0],
    ['after some lines', 2],
  ])('that fails ends it with its error: %s', async (_, calls) => {
    const scene = createScene()
    let left = calls
    const flush = () =>
      left-- > 0 ? Promise.resolve() : Promise.reject(new Error('the disk is full'))
    const bytewise = answerBy((response, sent) => {
      for (const [i, byte] of sent.entries())
        setTimeout(() => response.write(Buffer.from([byte])), i)
    }, entries)
    const following = scene.follow([bytewise], { sink: { flush } })
    await expect(following).rejects.toThrow('the disk is full')
  })
})

describe('the signal', () => {
  /** Follows until the signal, one second at most. */
  async function interrupt(answers: readonly Answer[], setting: Setting = {}) {
    const scene = createScene()
    const following = scene.follow(answers, setting)
    await expect.poll(() => scene.asked().length).toBeGreaterThan(0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const began = performance.now()
    scene.over.abort()
    await following
    expect(performance.now() - began).toBeLessThan(1000)
    expect(scene.isOpen()).toBe(false)
    return scene
  }

  test.each<[string, Answer, Setting]>([
    ['a quiet stream', silent(entries), {}],
    ['a server that does not answer', hang, {}],
    ['a sink that is stuck', silent(entries), { sink: { flush: forever } }],
  ])('ends %s, and is no trouble', async (_, answer, setting) => {
    const { troubles, asked } = await interrupt([answer], setting)
    expect(troubles).toEqual([])
    expect(asked()).toHaveLength(1)
  })

  test('is no trouble where others had been', async () => {
    const scene = createScene()
    const failed = json(500, {})
    const following = scene.follow([failed, failed, failed, hang])
    await expect.poll(() => scene.asked()).toHaveLength(4)
    scene.over.abort()
    await following
    expect(scene.troubles).toEqual([])
  })

  test('ends a pause', async () => {
    const pause: FollowOptions['pause'] = (_, signal) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          resolve()
        })
      })
    const { asked } = await interrupt([json(500, {})], { pause })
    expect(asked()).toHaveLength(1)
  })

  test('ends the last reading, too', async () => {
    const scene = createScene()
    scene.ended.abort()
    const following = scene.follow([silent(entries, timed + 2)])
    await expect.poll(() => scene.lines).toEqual(['on'])
    scene.over.abort()
    await following
    expect(scene.isOpen()).toBe(false)
    expect(scene.asked()).toHaveLength(1)
  })

  function forever(): Promise<void> {
    return new Promise(() => undefined)
  }
})
