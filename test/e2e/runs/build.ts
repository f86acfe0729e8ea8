// Builds for tests of runs: formulas in a directory of their own, and a client that is watched.

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { formulaText, lab, tryKubectl, tryR2k8s, until, type Called } from '../lab.ts'

const made: string[] = []
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-run-'))
  made.push(directory)
  return directory
}

export interface Build {
  /** For the shell of the lab's root. */
  readonly script: string
  /** Paths that are packed. */
  readonly outputs?: readonly string[]
  readonly userinfo?: { readonly uid: number; readonly gid: number }
}

/** The path of its formula. */
export function writeBuild({ script, outputs = [], userinfo }: Build): string {
  const action = { exec: ['/bin/sh', '-c', script], ...(userinfo && { userinfo }) }
  const text = JSON.parse(formulaText(action)) as { formula: Record<string, unknown> }
  text.formula['outputs'] = Object.fromEntries(
    outputs.map((path) => [path, { packtype: 'tar' }]),
  )
  const file = join(makeDirectory(), 'build.formula')
  writeFileSync(file, JSON.stringify(text))
  return file
}

export interface RunRecord {
  readonly guid: string
  readonly time: number
  readonly formulaID: string
  readonly exitCode: number
  readonly results: Readonly<Record<string, string>>
  readonly hostname: string
}

export interface Ran extends Called {
  /** Undefined where there is none. */
  readonly record: RunRecord | undefined
}

export async function run(
  namespace: string,
  file: string,
  ...flags: readonly string[]
): Promise<Ran> {
  const called = await tryR2k8s(['run', file, '-n', namespace, ...flags])
  return { ...called, record: readRecord(called.stdout) }
}

/** The only one; a plot prints several. */
export function readRecord(stdout: string): RunRecord | undefined {
  const [record] = readRecords(stdout)
  return record as RunRecord | undefined // whoever asks knows which members it has
}

/** What is printed one behind the other. */
export function readRecords(stdout: string): readonly Record<string, unknown>[] {
  if (!stdout.startsWith('{\n')) return []
  const documents = stdout.split(/(?<=^\}\n)/m)
  return documents.map((text) => JSON.parse(text) as Record<string, unknown>)
}

/** What the program wrote, without marks and words. */
export function outputOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.startsWith('≡⟩'))
  return lines.map((line) => `${line.slice(line.indexOf('\t') + 1)}\n`).join('')
}

export interface Client {
  readonly child: ChildProcess
  readonly stderr: () => string
  /** With its exit code, −1 when a signal has ended it. */
  readonly ended: Promise<Ran>
}

/** One that may be interrupted. */
export function startRun(
  namespace: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Client {
  const child = spawn(lab.program, [...args, '-n', namespace], {
    env: { ...process.env, KUBECONFIG: lab.kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      resolve({ exit: code ?? -1, stdout, stderr, record: readRecord(stdout) })
    })
  })
  return { child, stderr: () => stderr, ended }
}

export async function untilSaid(client: Client, text: string): Promise<void> {
  await until(`it says ${text}`, () =>
    Promise.resolve(client.stderr().includes(text) || client.stderr()),
  )
}

/** Jobs and pods of runs that are there. */
export async function objectsOf(namespace: string): Promise<string> {
  const args = ['-n', namespace, 'get', 'jobs,pods,secrets,configmaps', '-o', 'name']
  const { stdout } = await tryKubectl([...args, '-l', 'r2k8s.io/run'])
  return stdout
}

export const untilGone = (namespace: string, seconds = 60) =>
  until(
    'nothing is left of the run',
    async () => {
      const left = await objectsOf(namespace)
      return left === '' ? true : left
    },
    seconds,
  )

/** The name of the only run. */
export async function nameOfRun(namespace: string): Promise<string> {
  const { stdout } = await tryR2k8s(['runs', '-o', 'name', '-n', namespace])
  return stdout.trim().replace('run/', '')
}
