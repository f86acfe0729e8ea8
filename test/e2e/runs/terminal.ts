// A client at a terminal of its own, and whoever sits there.

import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { lab, until } from '../lab.ts'
import { makeDirectory } from './build.ts'

const stops: (() => void)[] = []
afterAll(() => {
  for (const stop of stops) stop()
})

export interface Seat {
  readonly screen: () => string
  readonly type: (keys: string) => void
  /** Waits for it behind all that was awaited before. */
  readonly see: (text: string | RegExp) => Promise<void>
  /** To 40 rows of 90 columns. */
  readonly resize: () => void
  /** What hangs on it gets SIGHUP. */
  readonly close: () => void
  readonly ended: Promise<void>
}

/** 33 rows of 101 columns. `before …`, `after …` and `code …` say what became of it. */
export function sitDown(args: readonly string[]): Seat {
  const resized = join(makeDirectory(), 'resized')
  const words = [lab.program, ...args].map((word) => `'${word}'`).join(' ')
  const commands = [
    'stty rows 33 cols 101',
    'echo "before $(stty -g)"',
    `{ until [ -e ${resized} ]; do sleep 0.2; done; stty rows 40 cols 90 </dev/tty; } &`,
    words,
    'echo "code $?"',
    'echo "after $(stty -g)"',
    `touch ${resized}`,
  ]
  // util-linux: runs it on a pseudoterminal.
  const child = spawn('script', ['-qec', commands.join('\n'), '/dev/null'], {
    env: { ...process.env, KUBECONFIG: lab.kubeconfig, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  let seen = 0
  child.stdout.on('data', (chunk: Buffer) => (screen += chunk.toString()))
  child.stdin.on('error', () => undefined) // it may be closed
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve()
    })
  })
  const close = (): void => {
    child.kill('SIGKILL')
    if (!existsSync(resized)) writeFileSync(resized, '')
  }
  stops.push(close)
  return {
    screen: () => screen,
    type: (keys) => child.stdin.write(keys),
    see: (text) =>
      until(`it shows ${String(text)}`, () => {
        const rest = screen.slice(seen)
        const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text)
        if (at >= 0) seen += at + 1
        return Promise.resolve(at >= 0 || screen)
      }),
    resize: () => {
      writeFileSync(resized, '')
    },
    close,
    ended,
  }
}
