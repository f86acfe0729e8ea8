import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { openInteraction } from '../../../src/plugin/runs/interaction.ts'
import type { WindowSize } from '../../../src/cluster/pod-streams.ts'
import type { Io } from '../../../src/plugin/io.ts'
import { kubectlR2k8s, quietIo } from '../cli.ts'
import { openScene } from './outputs.ts'

describe('what does not go together', () => {
  const refuse = async (line: string, terminal = true) => {
    const { exit, stdout, stderr } = await kubectlR2k8s(line.split(' '), {
      ...{ terminal, env: { NO_COLOR: '1' } },
    })
    expect([exit, stdout]).toEqual([1, ''])
    return stderr
  }

  test.each([
    [
      'run - -i',
      'cannot both be read from stdin [usage]\nhint: put the formula into a file\n',
    ],
    ['run x.formula -i --patch -', 'cannot both be read from stdin'],
    [
      'run x.formula -t',
      '-t is for programs that are talked to, and needs -i [usage]\nhint: write -i -t\n',
    ],
    ['run x.formula -it -o json', '-t and -o json do not go together'],
  ])('%s is a usage error', async (line, why) => {
    expect(await refuse(line)).toContain(why)
  })

  test('-t without a terminal is one, with what to do', async () => {
    expect(await refuse('run x.formula -i -t', false)).toBe(
      'error: cannot run the formula: stdin is no terminal [usage]\nhint: leave -t out\n',
    )
    const io = { ...quietIo(), stdinIsTerminal: () => true }
    const opening = openInteraction('x.formula', { stdin: true, tty: true }, io)
    await expect(opening).rejects.toThrow('stderr is no terminal')
  })

  test('is told all at once', async () => {
    const stderr = await refuse('run - -i -t -o json', false)
    expect(stderr.match(/^error: /gm)).toHaveLength(3)
    // Without -i, nothing else of -t matters.
    const other = await refuse('run x.formula -t -o json', false)
    expect(other.match(/^error: /gm)).toHaveLength(1)
  })
})

/** A terminal whose window the user changes. */
function sitAt(first: WindowSize | undefined) {
  const stdin = new PassThrough()
  const listeners = new Set<() => void>()
  const raw: boolean[] = []
  let size = first
  let screen = ''
  const io: Io = {
    ...quietIo(),
    openStdin: () => stdin,
    stdinIsTerminal: () => true,
    stderrIsTerminal: () => true,
    writeStderr: (text) => {
      screen += text
    },
    writeStderrBytes: (bytes) => {
      screen += Buffer.from(bytes).toString()
      return Promise.resolve()
    },
    openTty: () =>
      Promise.resolve({
        setRaw: (isRaw) => raw.push(isRaw),
        size: () => size,
        onResize: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      }),
  }
  const resize = (to: WindowSize): void => {
    size = to
    for (const listener of listeners) listener()
  }
  return { io, stdin, raw, resize, screen: () => screen, watchers: () => listeners.size }
}

async function open(io: Io, tty: boolean) {
  const opened = await openInteraction('x.formula', { stdin: true, tty }, io)
  const { output } = openScene()
  const { interaction } = opened.of(output)
  return { ...opened, interaction }
}

async function openTerminal(io: Io) {
  const opened = await open(io, true)
  if (opened.interaction?.kind !== 'terminal') throw new Error('it is no terminal')
  return { ...opened, terminal: opened.interaction }
}

describe('without -i', () => {
  test('there is nothing to talk by', async () => {
    const io = quietIo()
    const opened = await openInteraction('-', {}, io)
    expect(opened.io).toBe(io)
    expect(opened.of(openScene().output)).toEqual({})
  })
})

describe('with -i alone', () => {
  test('stdin is not opened before it is read, and let go when it is over', async () => {
    let opened = 0
    const stdin = new PassThrough()
    const io: Io = {
      ...quietIo(),
      openStdin: () => {
        opened++
        return stdin
      },
    }
    const { interaction, close } = await open(io, false)
    if (interaction?.kind !== 'input') throw new Error('it is no input')
    expect(opened).toBe(0)
    const reader = interaction.stdin[Symbol.asyncIterator]()
    stdin.write('x')
    expect((await reader.next()).value).toEqual(Buffer.from('x'))
    close()
    expect([opened, stdin.destroyed]).toEqual([1, true])
  })
})

describe('with -i and -t', () => {
  test('the size of the window is told, and each change of it', async () => {
    const user = sitAt({ width: 80, height: 24 })
    const { terminal } = await openTerminal(user.io)
    const told: WindowSize[] = []
    const unwatch = terminal.sizes.watch((size) => told.push(size))
    user.resize({ width: 101, height: 33 })
    unwatch()
    user.resize({ width: 1, height: 1 })
    expect(told).toEqual([
      { width: 80, height: 24 },
      { width: 101, height: 33 },
    ])
    expect(user.watchers()).toBe(0)
  })

  test('a size that is not known is not told', async () => {
    const { terminal } = await openTerminal(sitAt(undefined).io)
    const told: WindowSize[] = []
    terminal.sizes.watch((size) => told.push(size))
    expect(told).toEqual([])
  })

  test('what the program writes comes as it is, whatever it is', async () => {
    const user = sitAt(undefined)
    const { terminal } = await openTerminal(user.io)
    terminal.enter()
    await terminal.show(Buffer.from('\u001b[2J one\ntwo\r\n'))
    terminal.leave()
    expect(user.screen()).toBe('\u001b[2J one\ntwo\r\n')
  })

  test('words stand on lines of their own, also while the terminal is raw', async () => {
    const user = sitAt(undefined)
    const { terminal, io } = await openTerminal(user.io)
    terminal.enter()
    await terminal.show(Buffer.from('$ '))
    await io.writeStderrBytes(Buffer.from('a word\nand one\n'))
    await terminal.show(Buffer.from('$ '))
    terminal.leave()
    io.writeStderr('the last word\n')
    expect(user.screen()).toBe('$ \r\na word\r\nand one\r\n$ \r\nthe last word\n')
  })

  test('the terminal is given back, however it is left', async () => {
    const user = sitAt(undefined)
    const { terminal, close } = await openTerminal(user.io)
    terminal.enter()
    terminal.enter()
    close()
    close()
    expect(user.raw).toEqual([true, false])
  })
})
