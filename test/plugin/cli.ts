// The plugin as a function: files in a directory and a command line in, output and exit code out.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { Io } from '../../src/plugin/io.ts'
import { run } from '../../src/plugin/run.ts'

export interface Result {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** A directory of the test's own, gone when it ends. */
export function directoryWith(
  files: Readonly<Record<string, string | Uint8Array>>,
): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), content)
  }
  return directory
}

export interface Call {
  readonly cwd?: string
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly terminal?: boolean
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly signal?: AbortSignal
}

export async function kubectlR2k8s(
  args: readonly string[],
  call: Call = {},
): Promise<Result> {
  const stdout: Uint8Array[] = []
  let stderr = ''
  const io: Io = {
    readStdin: () => Promise.resolve(Buffer.from(call.stdin ?? '')),
    openStdin: () => Readable.from([Buffer.from(call.stdin ?? '')]),
    openTty: () => Promise.reject(new Error('there is no terminal')),
    stdinIsTerminal: () => call.terminal ?? false,
    writeStdout: (chunk) => void stdout.push(Buffer.from(chunk)),
    writeStderr: (text) => {
      stderr += text
    },
    writeStderrBytes: (bytes) => {
      stderr += Buffer.from(bytes).toString()
      return Promise.resolve()
    },
    onSignal: () => undefined,
    stderrIsTerminal: () => call.terminal ?? false,
    env: call.env ?? {},
    cwd: call.cwd ?? '/',
    version: 'test',
    nodeVersion: '24.0.0',
    columns: () => 80,
    user: call.user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    temporaryDirectory: tmpdir(),
    signal: call.signal ?? new AbortController().signal,
    now: Date.now,
  }
  const exit = await run(args, io)
  return { exit, stdout: Buffer.concat(stdout).toString(), stderr }
}

/** A world in which nothing is read and nothing is heard. */
export function quietIo(): Io {
  return {
    readStdin: () => Promise.resolve(Buffer.alloc(0)),
    openStdin: () => Readable.from([]),
    openTty: () => Promise.reject(new Error('there is no terminal')),
    stdinIsTerminal: () => false,
    writeStdout: () => undefined,
    writeStderr: () => undefined,
    writeStderrBytes: () => Promise.resolve(),
    onSignal: () => undefined,
    stderrIsTerminal: () => false,
    columns: () => 80,
    env: {},
    cwd: '/',
    version: 'test',
    nodeVersion: '24.0.0',
    user: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    temporaryDirectory: tmpdir(),
    signal: new AbortController().signal,
    now: Date.now,
  }
}
