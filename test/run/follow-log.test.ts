import { describe, expect, test } from 'vitest'
import type { FollowOptions } from '../../src/run/follow-log.ts'
import { breakOff, hang, json, type Answer } from '../cluster/api-server.ts'
import { line, part } from './kubelet-log.ts'
import { answerBy, createScene, cut, entries, silent, timed, whole } from './scene.ts'

const follow = '&follow=true&timestamps=true'
const since = '&sinceTime=2026-01-01T10%3A00%3A00Z'

test('a log is followed until its container has ended, and then read to its end', async () => {
  const scene = createScene()
  const all = [scene.ending(whole(entries.slice(0, 1))), whole(entries)]
  expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
  expect(scene.asked()).toEqual([follow, `&timestamps=true${since}`])
  expect(scene.troubles).toEqual([])
})

test('of a container that has ended already, the log is read once', async () => {
  const scene = createScene()
  scene.ended.abort()
  expect(await scene.follow([whole(entries)])).toEqual(['one', 'two', 'three'])
  expect(scene.asked()).toEqual(['&timestamps=true'])
})

describe('a stream that breaks off', () => {
  test('in the middle of a line goes on in the middle of the line', async () => {
    const scene = createScene()
    const bytes = 2 * timed + 'one\ntw'.length
    const all = [cut(entries, bytes), scene.ending(whole(entries)), whole(entries)]
    expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
    expect(scene.asked().slice(0, 2)).toEqual([follow, `${follow}${since}`])
  })

  test('after a line goes on behind it, in the same second', async () => {
    const scene = createScene()
    const all = [cut(entries.slice(0, 2)), scene.ending(whole(entries)), whole(entries)]
    expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
  })

  test('is opened again at once where it brought something', async () => {
    const scene = createScene()
    const all = [cut(entries.slice(0, 2)), scene.ending(whole(entries)), whole(entries)]
    await scene.follow(all)
    expect(scene.pauses).toEqual([])
  })

  test('while it is read for the last time is read again', async () => {
    const scene = createScene()
    scene.ended.abort()
    const bytes = 2 * timed + 'one\ntw'.length
    expect(await scene.follow([cut(entries, bytes), whole(entries)])).toEqual([
      ...['one', 'two', 'three'],
    ])
  })

  test('as often as it brings something is read to the end of the log', async () => {
    const scene = createScene()
    scene.ended.abort()
    const many = Array.from({ length: 30 }, (_, i) => line(i, `${i}`))
    const all = many.map((_, i) => cut(many.slice(0, i + 1)))
    expect(await scene.follow([...all, whole(many)])).toHaveLength(30)
    expect(scene.troubles).toEqual([])
  })
})

describe('silence', () => {
  test('with lines behind it is given up, and the lines are read', async () => {
    const scene = createScene()
    const all = [
      silent(entries.slice(0, 1)),
      silent([]),
      silent(entries.slice(0, 2)),
      scene.ending(whole(entries)),
      whole(entries),
    ]
    expect(await scene.follow(all, { idle: 50 })).toEqual(['one', 'two', 'three'])
    expect(scene.pauses).toEqual([])
    expect(scene.troubles).toEqual([])
  })

  test('before the first byte of an answer is given up', async () => {
    const scene = createScene()
    const all = [hang, hang, hang, hang, hang, scene.ending(whole(entries))]
    expect(await scene.follow(all, { idle: 30 })).toEqual(['one', 'two', 'three'])
    expect(scene.troubles).toEqual([])
  })

  test('is not what a stream has that brings something now and then', async () => {
    const scene = createScene()
    const slow = answerBy(
      (response, sent) => {
        let at = 0
        const timer = setInterval(() => {
          response.write(sent.subarray(at, ++at))
          if (at < sent.length) return
          clearInterval(timer)
          response.end()
        }, 10)
      },
      entries.slice(0, 1),
    )
    await scene.follow([scene.ending(slow), whole(entries)], {
      ...{ idle: 250, idleAtEnd: 250 },
    })
    expect(scene.asked()).toHaveLength(2)
  })

  test('after the end of the container is believed sooner', async () => {
    const scene = createScene()
    const all = [silent(entries.slice(0, 1)), whole(entries)]
    setTimeout(() => {
      scene.ended.abort()
    }, 50)
    expect(await scene.follow(all, { idleAtEnd: 20 })).toEqual(['one', 'two', 'three'])
    expect(scene.asked()).toHaveLength(2)
  })

  test('in the last reading is not the end of the log', async () => {
    const scene = createScene()
    scene.ended.abort()
    const all = [silent(entries.slice(0, 1)), whole(entries)]
    expect(await scene.follow(all, { idle: 60, idleAtEnd: 10 })).toEqual([
      ...['one', 'two', 'three'],
    ])
  })

  test('for longer than the limit of a connection is no failure', async () => {
    const scene = createScene()
    const late = answerBy((response, sent) => {
      setTimeout(() => response.end(sent), 400)
    }, entries)
    const all = [scene.ending(late), whole(entries)]
    const asked = scene.follow(all, { timeout: 100, idle: 5000, idleAtEnd: 5000 })
    expect(await asked).toEqual(['one', 'two', 'three'])
    expect(scene.asked()).toHaveLength(2)
  })
})

describe('an end while the container runs', () => {
  test('is not the end of the log', async () => {
    const scene = createScene()
    const all = [
      whole(entries.slice(0, 1)),
      whole(entries.slice(0, 1)),
      whole(entries.slice(0, 2)),
      scene.ending(whole(entries)),
      whole(entries),
    ]
    expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
    expect(scene.troubles).toEqual([])
  })

  test('that comes at once, again and again, is asked for ever more seldom', async () => {
    const scene = createScene()
    const same = Array.from({ length: 8 }, () => whole(entries))
    await scene.follow([...same, scene.ending(whole(entries)), whole(entries)])
    const limits = [250, 500, 1000, 2000, 4000, 5000, 5000]
    expect(scene.pauses.slice(0, 7).map((pause, i) => pause <= (limits[i] ?? 0))).toEqual(
      limits.map(() => true),
    )
    expect(scene.pauses[5]).toBeGreaterThanOrEqual(4000)
    expect(scene.troubles).toEqual([])
  })

  test('is waited for no longer than until the container ends', async () => {
    const scene = createScene()
    const pause: FollowOptions['pause'] = (_, signal) =>
      new Promise((resolve) => {
        signal?.addEventListener('abort', () => {
          resolve()
        })
        scene.ended.abort()
      })
    expect(await scene.follow([whole([]), whole(entries)], { pause })).toHaveLength(3)
  })
})

describe('a refusal', () => {
  const refuse = (status: number, message: string) => json(status, { message })

  test('of a container that has not started is no end', async () => {
    const scene = createScene()
    const waiting = refuse(400, 'container "main" in pod "web" is waiting to start')
    const all = [waiting, waiting, scene.ending(whole(entries))]
    expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
    expect(scene.pauses).toHaveLength(2)
    expect(scene.troubles).toEqual([])
  })

  test('that lasts is told', async () => {
    const scene = createScene()
    const failed = refuse(500, 'the kubelet does not answer')
    const all = [...Array.from({ length: 5 }, () => failed), scene.ending(whole(entries))]
    expect(await scene.follow(all)).toHaveLength(3)
    expect(scene.troubles.map(({ problems }) => problems[0].why)).toEqual([
      ...['the kubelet does not answer', 'the kubelet does not answer'],
    ])
    expect(scene.pauses).toHaveLength(5)
    expect(scene.pauses[4]).toBeGreaterThanOrEqual(2000)
  })

  test('with 404 is the end, as the pod is gone', async () => {
    const scene = createScene()
    const half = cut(entries, timed + 'on'.length)
    expect(await scene.follow([half, refuse(404, 'not found')])).toEqual(['on'])
    expect(scene.isOpen()).toBe(false)
  })

  test.each([401, 403])('with %i is an error', async (status) => {
    const scene = createScene()
    const asking = scene.follow([refuse(status, 'pods/log is forbidden')])
    await expect(asking).rejects.toMatchObject({
      code: 'rejected-by-cluster',
      problems: [{ why: 'pods/log is forbidden' }],
    })
  })

  test('at the end is taken for one after some tries, and told', async () => {
    const scene = createScene()
    scene.ended.abort()
    expect(await scene.follow([refuse(500, 'no')])).toEqual([])
    expect(scene.asked()).toHaveLength(9)
    expect(scene.troubles).toHaveLength(6)
  })

  test('while the container ran leaves as many tries at the end', async () => {
    const scene = createScene()
    const failed = refuse(500, 'no')
    const before = Array.from({ length: 12 }, () => failed)
    const all = [...before, scene.ending(failed), failed, failed, whole(entries)]
    expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
  })
})

test('a connection that breaks is made again, after pauses', async () => {
  const scene = createScene()
  const broken = Array.from({ length: 6 }, () => breakOff) // each request is tried three times
  const all = [cut(entries.slice(0, 2)), ...broken, scene.ending(whole(entries))]
  expect(await scene.follow(all)).toEqual(['one', 'two', 'three'])
  expect(scene.pauses).toHaveLength(2)
})

const says =
  (words: string): Answer =>
  (_, response) =>
    response.end(words)

test('what the kubelet says of its troubles comes once, and does not make it busy', async () => {
  const scene = createScene()
  const words = 'failed to create fsnotify watcher: too many open files'
  const all = [says(words), says(words), scene.ending(says(words)), whole(entries)]
  expect(await scene.follow(all)).toEqual([words, 'one', 'two', 'three'])
  expect(scene.pauses).toHaveLength(3)
})

test('a log that was rotated away has a gap', async () => {
  const scene = createScene()
  const later = [line(30, 'later')]
  const half = [...entries.slice(0, 1), part(1.5, 'half')]
  const all = [cut(half), scene.ending(whole(later)), whole(later)]
  expect(await scene.follow(all)).toEqual(['one', 'half', 'GAP', 'later'])
})
