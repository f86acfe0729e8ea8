// A server under test as a process of its own, bound to one core, with its memory and CPU time.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface ServerProcess {
  /** The first line that it prints, when it prints one. */
  readonly firstLine: () => Promise<string>
  readonly cpuSeconds: () => Promise<number>
  /** Highest resident memory so far, in MB. */
  readonly peakMemory: () => number
  readonly memory: () => number
  readonly isRunning: () => boolean
  readonly stop: () => Promise<void>
}

/** @param core that it runs on; the other one is for the client */
export function startServerProcess(
  command: readonly string[],
  { core, cgroup }: { readonly core?: number; readonly cgroup?: string } = {},
): ServerProcess {
  const pinned =
    core === undefined ? command : ['taskset', '-c', String(core), ...command]
  // The shell moves itself into the group, and becomes the program there.
  const enter = `echo $$ > ${cgroup ?? ''}/cgroup.procs; exec "$@"`
  const [program = '', ...args] =
    cgroup === undefined ? pinned : ['sh', '-c', enter, 'sh', ...pinned]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error(`${command.join(' ')} has ended`)
    return value
  }
  const status = (field: string): number => {
    const text = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8')
    return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1] ?? NaN) / 1024
  }
  return {
    firstLine: nextLine,
    cpuSeconds: async () => {
      child.stdin.write('cpu\n')
      return Number(await nextLine())
    },
    peakMemory: () => status('VmHWM'),
    memory: () => status('VmRSS'),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
