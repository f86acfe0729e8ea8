// The agent in this process, with its words collected.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentIo } from '../../src/agent/io.ts'
import { runAgent } from '../../src/agent/run.ts'
import { makeScratch } from './trees.ts'

export interface AgentRun {
  readonly exitCode: number
  /** What the kubelet is told; undefined when it is told nothing. */
  readonly message: unknown
  readonly lines: readonly unknown[]
  /** All lines as they were written. */
  readonly output: string
}

const never = new AbortController().signal

export async function runInPod(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  changes: Partial<AgentIo> = {},
): Promise<AgentRun> {
  const terminationLog = join(makeScratch(), 'termination-log')
  const lines: string[] = []
  const exitCode = await runAgent(argv, {
    env: { R2K8S_TERMINATION_LOG: terminationLog, ...env },
    cwd: '/',
    mine: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    writeLine: (line) => lines.push(line),
    writeBytes: () => undefined,
    writeError: () => undefined,
    signalPacker: () => undefined,
    told: { begin: never, release: never, quit: never },
    terminated: new AbortController().signal,
    now: () => 0,
    boot: 'this boot',
    architecture: process.arch,
    version: '0.0.0-test',
    ...changes,
  })
  return {
    exitCode,
    message: existsSync(terminationLog)
      ? JSON.parse(readFileSync(terminationLog, 'utf8'))
      : undefined,
    lines: lines.map((line): unknown => JSON.parse(line)),
    output: lines.join('\n'),
  }
}
