// The plugin's main file: the only one that reads `process`.

import type { Io } from './io.ts'
import { run } from './run.ts'
import { version } from '../version.ts'

const oldestNode = 22

async function main(): Promise<void> {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    process.stderr.write(
      `error: cannot start: this is Node ${process.versions.node}, ${oldestNode}.19 or later is needed [usage]\n`,
    )
    process.exitCode = 1
    return
  }
  process.stdout.on('error', leaveQuietlyWhenNobodyReads)
  process.exitCode = await run(process.argv.slice(2), realIo())
}

function realIo(): Io {
  return {
    readStdin: async () => {
      const chunks: Uint8Array[] = []
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array) // no encoding set
      return Buffer.concat(chunks)
    },
    stdinIsTerminal: process.stdin.isTTY,
    writeStdout: (chunk) => process.stdout.write(chunk),
    writeStderr: (text) => process.stderr.write(text),
    stderrIsTerminal: process.stderr.isTTY,
    env: process.env,
    cwd: process.cwd(),
    version,
  }
}

/** `template … | head` is no failure. */
function leaveQuietlyWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

void main()
