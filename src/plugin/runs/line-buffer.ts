// Lines of a program with something in front of each, gathered until they are written at once.

import type { LinePart } from '../../run/log-lines.ts'

export interface LineBuffer {
  readonly add: (part: LinePart) => void
  /** What has gathered; the caller's until more is added. */
  readonly take: () => Uint8Array
  /** What has to stand before something else is written: a line break where a line is not over. */
  readonly breakLine: () => string
}

const firstSize = 64 * 1024
const newline = 0x0a

/** @param before made once per second, as it holds the time at most */
export function collectLines(before: (second: number) => string): LineBuffer {
  let buffer = Buffer.allocUnsafe(firstSize)
  let length = 0
  let prefix = Buffer.alloc(0)
  let prefixSecond = -1
  let isOpen = false

  function makeRoom(bytes: number): void {
    if (length + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + bytes))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }

  function put(bytes: Uint8Array): void {
    buffer.set(bytes, length)
    length += bytes.length
  }

  return {
    add: ({ second, bytes, isStart, isEnd }) => {
      // The rest of a line that was broken off, and nothing is left of it.
      if (!isStart && !isOpen && isEnd && bytes.length === 0) return
      if (second !== prefixSecond) {
        prefix = Buffer.from(before(second))
        prefixSecond = second
      }
      makeRoom(prefix.length + bytes.length + 2)
      // The line before was cut for good.
      if (isStart && isOpen) buffer[length++] = newline
      if (isStart || !isOpen) put(prefix)
      put(bytes)
      if (isEnd) buffer[length++] = newline
      isOpen = !isEnd
    },
    take: () => {
      const taken = buffer.subarray(0, length)
      length = 0
      return taken
    },
    breakLine: () => {
      const wasOpen = isOpen
      isOpen = false
      return wasOpen ? '\n' : ''
    },
  }
}
