// The agent's main file: the only one that reads `process`. Its program runs in pods.

import { readFileSync, writeSync } from 'node:fs'
import { keepMemoryFlat } from '../transfer/keep-memory-flat.ts'
import { version } from '../version.ts'
import type { AgentIo } from './io.ts'
import { runAgent } from './run.ts'

async function main(): Promise<void> {
  keepMemoryFlat()
  process.exitCode = await runAgent(process.argv.slice(2), realIo())
}

/** Of the signals that no runtime sends by itself. */
const words = { begin: 'SIGUSR2', release: 'SIGHUP', quit: 'SIGQUIT' } as const

function realIo(): AgentIo {
  return {
    env: process.env,
    cwd: process.cwd(),
    mine: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    writeLine: (line) => {
      writeAll(1, Buffer.from(`${line}\n`))
    },
    writeBytes: (bytes) => {
      writeAll(1, bytes)
    },
    writeError: (text) => {
      writeAll(2, Buffer.from(text))
    },
    terminated: onSignals('SIGTERM', 'SIGINT'),
    told: {
      begin: onSignals(words.begin),
      release: onSignals(words.release),
      quit: onSignals(words.quit),
    },
    signalPacker: (word) => {
      process.kill(1, words[word])
    },
    now: Date.now,
    boot: readBoot(),
    architecture: process.arch,
    version,
  }
}

function onSignals(...signals: readonly NodeJS.Signals[]): AbortSignal {
  const come = new AbortController()
  for (const signal of signals) {
    process.on(signal, () => {
      come.abort()
    })
  }
  return come.signal
}

function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return '' // no Linux, or one that tells nothing
  }
}

/** A pipe may take a part, or nothing for now, or be closed: then nobody wants to know. */
function writeAll(descriptor: 1 | 2, bytes: Uint8Array): void {
  let rest = bytes
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

void main()
