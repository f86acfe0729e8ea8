import { describe, expect, test } from 'vitest'
import { drawProgress } from '../../../src/plugin/ware/progress-line.ts'
import { example } from '../../transfer/fixtures.ts'

const event = {
  kind: 'progress',
  ware: example.text,
  phase: 'fetch',
  done: 512,
  total: 1024,
} as const

describe('a line of progress', () => {
  test('gives up the bar first, then the name, never the percentage', () => {
    const cells = (room: number) => /\[.*\]/.exec(drawProgress(event, room))?.[0].length
    expect(cells(79)).toBe(26)
    expect(cells(60)).toBeLessThan(26)
    expect(cells(39)).toBeUndefined()
    expect(drawProgress(event, 39)).toMatch(/^fetch tar:\w+… 50 % of 1\.0 KiB$/)
    expect(drawProgress(event, 20)).toContain('50 %')
    expect(drawProgress(event, 4)).toBe('50 %')
  })

  test.each([
    ['known', 1024],
    ['not known', undefined],
  ])('fits into any room, its total %s', (_, total) => {
    const { kind, ware, phase, done } = event
    const some = { kind, ware, phase, done, ...(total !== undefined && { total }) }
    for (let room = 0; room <= 120; room++) {
      expect(drawProgress(some, room).length).toBeLessThanOrEqual(room)
    }
  })

  test('without a total has no bar', () => {
    const { kind, ware, phase, done } = event
    expect(drawProgress({ kind, ware, phase, done }, 79)).toMatch(/^fetch tar:.*… 512 B$/)
  })
})
