// Timing of whole programs and of functions, and the table in which a bench reports.

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

export interface Timing {
  /** Median wall time in seconds. */
  readonly seconds: number
  /** Highest resident memory in MB, of Node programs only. */
  readonly memory: number | undefined
}

export interface ProgramRun {
  readonly command: readonly [string, ...string[]]
  readonly cwd: string
  readonly runs: number
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program several times with its output thrown away; throws when it fails. */
export function timeProgram({ command, cwd, runs, env = {} }: ProgramRun): Timing {
  const [program, ...args] = command
  const memoryFile = `${cwd}/memory.txt`
  const once = (): number => {
    const start = performance.now()
    const result = spawnSync(program, args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    })
    const seconds = (performance.now() - start) / 1000
    if (result.status !== 0) {
      throw new Error(`${command.join(' ')}: ${result.stderr.toString().slice(0, 2000)}`)
    }
    return seconds
  }
  once() // fills the caches of the file system
  const seconds = median(Array.from({ length: runs }, once))
  return { seconds, memory: measureMemory() }

  function measureMemory(): number | undefined {
    rmSync(memoryFile, { force: true })
    const hook = new URL('report-memory.cjs', import.meta.url).pathname
    spawnSync(program, args, {
      cwd,
      stdio: 'ignore',
      env: {
        ...process.env,
        ...env,
        NODE_OPTIONS: `--require=${hook}`,
        MEMORY_FILE: memoryFile,
      },
    })
    try {
      return Number(readFileSync(memoryFile, 'utf8')) / 1024
    } catch {
      return undefined // no Node program
    }
  }
}

/** Median time of one call in microseconds, after warm-up. */
export function timeCalls(call: () => unknown, calls: number): number {
  for (let i = 0; i < calls; i++) call()
  const times: number[] = []
  for (let i = 0; i < calls; i++) {
    const start = performance.now()
    call()
    times.push(performance.now() - start)
  }
  return median(times) * 1000
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

export interface Row {
  readonly what: string
  readonly figure: string
  /** Against a yardstick of the same run. */
  readonly ratio?: string
  readonly goal?: string
  readonly met?: boolean
}

export function printTable(title: string, rows: readonly Row[]): void {
  const cells = rows.map((row) => [
    row.what,
    row.figure,
    row.ratio ?? '',
    row.goal ?? '',
    row.met === undefined ? '' : row.met ? 'met' : 'MISSED',
  ])
  const head = ['', 'figure', 'ratio', 'goal', '']
  const widths = head.map((name, i) =>
    Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  const text = [`\n${title}`, line(head), ...cells.map(line)].join('\n')
  process.stdout.write(`${text}\n`)
}
