// The plugin's main file: the only one that reads `process`.

import { fstatSync, readFileSync, write, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { R2k8sError } from '../errors.ts'
import type { Io, SignalName } from './io.ts'
import { run } from './run.ts'
import { version } from '../version.ts'

const oldestNode = [22, 19] as const

async function main(): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    const wanted = oldestNode.join('.')
    const found = `this is Node ${process.versions.node}, ${wanted} or later is needed`
    writeAll(2, `error: cannot start: ${found} [usage]\n`)
    process.exitCode = 1
    return
  }
  process.exitCode = await run(process.argv.slice(2), realIo())
}

/** File descriptors are used directly: setting up the streams of `process` takes 10 ms. */
function realIo(): Io {
  const interruption = onInterruption()
  return {
    readStdin: () => Promise.resolve(readFileSync(0)),
    openStdin: () => {
      // Node takes it for an empty file.
      if (fstatSync(0).isDirectory()) throw new Error('it is a directory')
      return process.stdin
    },
    stdinIsTerminal: () => process.stdin.isTTY,
    writeStdout: (chunk) => {
      writeAll(1, chunk)
    },
    writeStderr: (text) => {
      writeAll(2, text)
    },
    writeStderrBytes: (bytes) => writeAllLater(2, bytes),
    stderrIsTerminal: () => fstatSync(2).isCharacterDevice() && process.stderr.isTTY,
    openTty: async () => {
      const { openTty } = await import('./tty.ts')
      return openTty(process.stdin, process.stderr)
    },
    columns: () => process.stderr.columns || 80,
    env: process.env,
    cwd: process.cwd(),
    version,
    nodeVersion: process.versions.node,
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    temporaryDirectory: tmpdir(),
    get signal() {
      return interruption()
    },
    onSignal: (listener) => {
      for (const name of signalNames) {
        const heard = (): void => {
          if (listener(name) === 'taken') return
          process.off(name, heard)
          process.kill(process.pid, name)
        }
        process.on(name, heard)
      }
    },
    now: Date.now,
  }
}

const signalNames: readonly SignalName[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** The first signal asks to stop; a second one is left to the system, which kills. */
function onInterruption(): () => AbortSignal {
  let controller: AbortController | undefined
  return () => {
    if (controller !== undefined) return controller.signal
    const made = (controller = new AbortController())
    for (const name of signalNames) {
      process.once(name, () => {
        made.abort()
      })
    }
    return made.signal
  }
}

/** A pipe may take a part, or nothing for now, or be closed: `template … | head` is no failure. */
function writeAll(descriptor: 1 | 2, chunk: Uint8Array | string): void {
  let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'EPIPE') return
      if (code !== 'EAGAIN') throw unwritable(error)
      waitMilliseconds(1)
    }
  }
}

/** On a thread of its own: a reader that pauses does not keep the process from its other work. */
async function writeAllLater(descriptor: 2, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const { error, written } = await new Promise<Written>((resolve) => {
      write(descriptor, rest, (error, written) => {
        resolve({ error, written })
      })
    })
    if (error === null) rest = rest.subarray(written)
    else if (error.code === 'EPIPE') return
    else if (error.code !== 'EAGAIN') throw unwritable(error)
    else await sleep(5)
  }
}

interface Written {
  readonly error: NodeJS.ErrnoException | null
  readonly written: number
}

function unwritable(error: unknown): R2k8sError {
  const why = error instanceof Error ? error.message : String(error)
  return new R2k8sError([{ code: 'output-unwritable', task: 'write the output', why }], {
    cause: error,
  })
}

function waitMilliseconds(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

void main()
