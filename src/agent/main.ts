// The agent's main file: the only one that reads `process`. Its program runs in pods.

import { readFileSync, writeSync } from 'node:fs'
import { keepMemoryFlat } from '../transfer/keep-memory-flat.ts'
import { version } from '../version.ts'
import type { AgentIo } from './io.ts'
import { runAgent } from './run.ts'

async function main(): Promise<void> {
  keepMemoryFlat()
  const terminated = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      terminated.abort()
    })
  }
  process.exitCode = await runAgent(process.argv.slice(2), realIo(terminated.signal))
}

function realIo(terminated: AbortSignal): AgentIo {
  return {
    env: process.env,
    cwd: process.cwd(),
    mine: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    writeLine: (line) => {
      writeAll(`${line}\n`)
    },
    terminated,
    now: Date.now,
    boot: readBoot(),
    architecture: process.arch,
    version,
  }
}

function readBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return '' // no Linux, or one that tells nothing
  }
}

/** A pipe may take a part, or nothing for now, or be closed: then nobody wants to know. */
function writeAll(text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

void main()
