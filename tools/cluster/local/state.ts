// What is known of a running cluster: a file in its folder.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export interface State {
  readonly number: number
  /** The first process of the namespaces, as the machine counts. */
  readonly first: number
  /** When it started: a number may have been given to another process since. */
  readonly started: string
  readonly components: Readonly<Record<string, number>>
  /** Controllers of cgroup v2 that the machine's root did not hand down before. */
  readonly handedDown: readonly string[]
}

export function readState(file: string): State | undefined {
  if (!existsSync(file)) return undefined
  const state = JSON.parse(readFileSync(file, 'utf8')) as State // written below
  return { ...{ handedDown: [] }, ...state } // a cluster that has been up for long has none
}

export function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(state, undefined, 2)}\n`)
}

export function isRunning({ first, started }: State): boolean {
  return first > 0 && startOf(first) === started
}

/** In ticks since the machine started; empty when there is no such process. */
export function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}
