import { describe, expect, test } from 'vitest'
import { openProgress } from '../../../src/plugin/ware/progress.ts'
import { quietIo } from '../cli.ts'

const event = (ware: string, done: number, total?: number) => ({
  ...{ kind: 'progress' as const, ware: `tar:${ware}`, phase: 'fetch' as const, done },
  ...(total !== undefined && { total }),
})

/** What stands on a terminal whose cursor the program moves, and what has been written. */
function openScene(isTerminal: boolean) {
  let now = 0
  let written = ''
  const progress = openProgress('auto', {
    ...quietIo(),
    stderrIsTerminal: () => isTerminal,
    now: () => now,
    writeStderr: (text) => {
      written += text
    },
  })
  return {
    progress,
    later: (milliseconds: number) => {
      now += milliseconds
    },
    written: () => written,
    screen: () => screenOf(written),
  }
}

/** Carriage return, erasing below, line feed and cursor up: all that is used. */
function screenOf(written: string): readonly string[] {
  const rows: string[] = ['']
  let row = 0
  let column = 0
  for (const [token] of written.matchAll(/\r|\n|\u001b\[(\d*)[AJ]|[^\r\n\u001b]+/g)) {
    if (token === '\r') column = 0
    else if (token === '\n') {
      row++
      rows[row] ??= ''
    } else if (token === '\u001b[J') {
      rows[row] = (rows[row] ?? '').slice(0, column)
      rows.length = row + 1
    } else if (token.startsWith('\u001b')) row -= Number(/\d+/.exec(token)?.[0])
    else {
      rows[row] = (rows[row] ?? '').slice(0, column) + token
      column += token.length
    }
  }
  return rows
}

describe('on a terminal', () => {
  test('each ware has a row, in the order of its beginning', () => {
    const { progress, later, screen } = openScene(true)
    progress.show(event('a', 0, 4))
    later(100)
    progress.show(event('b', 1, 4))
    expect(screen()).toEqual([
      expect.stringContaining('fetch tar:a 0 %'),
      expect.stringContaining('fetch tar:b 25 %'),
    ])
    later(100)
    progress.show(event('a', 2, 4))
    expect(screen()).toEqual([
      expect.stringContaining('fetch tar:a 50 %'),
      expect.stringContaining('fetch tar:b 25 %'),
    ])
  })

  test('what has come is shown once more, and then makes room', () => {
    const { progress, later, screen } = openScene(true)
    progress.show(event('a', 1, 4))
    progress.show(event('a', 4, 4))
    later(100)
    progress.show(event('b', 1, 4))
    expect(screen().join()).toContain('a 100 %')
    later(100)
    progress.show(event('b', 2, 4))
    expect(screen()).toEqual([expect.stringContaining('b 50 %')])
  })

  test('nothing is left of the rows when they make room for a line', () => {
    const { progress, later, screen } = openScene(true)
    for (const ware of ['a', 'b', 'c']) progress.show(event(ware, 1, 4))
    later(100)
    progress.show(event('c', 2, 4))
    expect(screen()).toHaveLength(3)
    progress.clear()
    expect(screen()).toEqual([''])
  })

  test('more wares than rows are counted', () => {
    const { progress, later, screen } = openScene(true)
    for (let i = 0; i < 20; i++) progress.show(event(`w${i}`, 1))
    later(100)
    progress.show(event('w0', 2))
    expect(screen()).toHaveLength(9)
    expect(screen().at(-1)).toBe('and 12 more')
  })
})

test('elsewhere each ware that is under way has a line, every five seconds', () => {
  const { progress, later, written } = openScene(false)
  progress.show(event('a', 1, 4))
  progress.show(event('b', 1, 4))
  progress.show(event('b', 4, 4))
  expect(written()).toBe('')
  later(5000)
  progress.show(event('a', 2, 4))
  expect(written()).toBe('fetch tar:a 50 % of 4 B\nfetch tar:b 100 % of 4 B\n')
  later(5000)
  progress.show(event('a', 3, 4))
  expect(written()).toContain('75 %')
  expect(written().match(/tar:b/g)).toHaveLength(1)
})
