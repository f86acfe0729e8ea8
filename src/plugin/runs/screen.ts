// The user's terminal as a program in the cluster and this one share it: one draws on it, the other has words.

import type { Io } from '../io.ts'
import type { Tty } from '../tty.ts'

export interface Screen {
  /** Words written by it stand on lines of their own, whatever the terminal does. */
  readonly io: Io
  /** As it is. Resolves when it is written. */
  readonly show: (bytes: Uint8Array) => Promise<void>
  readonly enter: () => void
  readonly leave: () => void
}

const newline = 0x0a

export function openScreen(io: Io, tty: Tty): Screen {
  let isRaw = false
  let isLineOpen = false // the cursor may stand behind something
  let last = Promise.resolve()

  function write(bytes: Uint8Array): Promise<void> {
    const turn = last.then(() => io.writeStderrBytes(bytes))
    last = turn.catch(() => undefined) // told to who has written
    return turn
  }

  /** In raw mode, a line feed alone goes straight down. */
  function words(text: string): string {
    if (!isRaw) return text
    const before = isLineOpen ? '\n' : ''
    isLineOpen = false
    return `${before}${text}`.replaceAll('\n', '\r\n')
  }

  return {
    io: {
      ...io,
      writeStderr: (text) => {
        io.writeStderr(words(text))
      },
      writeStderrBytes: (bytes) =>
        write(isRaw ? Buffer.from(words(Buffer.from(bytes).toString())) : bytes),
    },
    show: (bytes) => {
      if (bytes.length > 0) isLineOpen = bytes.at(-1) !== newline
      return write(bytes)
    },
    enter: () => {
      if (isRaw) return
      tty.setRaw(true)
      isRaw = true
    },
    leave: () => {
      if (!isRaw) return
      if (isLineOpen) io.writeStderr('\r\n')
      isLineOpen = false
      tty.setRaw(false)
      isRaw = false
    },
  }
}
