// The terminal that the user sits at, lent to a program elsewhere.

import { spawnSync } from 'node:child_process'
import type { ReadStream, WriteStream } from 'node:tty'
import type { WindowSize } from '../cluster/pod-streams.ts'

export interface Tty {
  /** Every key is a byte, and nothing of what is written is changed; or as it was. */
  readonly setRaw: (isRaw: boolean) => void
  readonly size: () => WindowSize | undefined
  /** @returns what ends it */
  readonly onResize: (listener: () => void) => () => void
}

/** However the process ends, if not by SIGKILL or SIGQUIT, Node leaves the terminal as it found it. */
export function openTty(
  keyboard: ReadStream & { readonly fd: number },
  screen: WriteStream,
): Tty {
  return {
    setRaw: (isRaw) => {
      keyboard.setRawMode(isRaw)
      // Node lets the terminal go on turning a line feed into two characters, and programs that draw expect
      // none of it. Where there is no stty, most of them look right all the same.
      if (isRaw)
        spawnSync('stty', ['-opost'], { stdio: [keyboard.fd, 'ignore', 'ignore'] })
    },
    size: () => {
      const [width, height] = [screen.columns, screen.rows]
      return width > 0 && height > 0 ? { width, height } : undefined
    },
    onResize: (listener) => {
      screen.on('resize', listener)
      return () => {
        screen.off('resize', listener)
      }
    },
  }
}
