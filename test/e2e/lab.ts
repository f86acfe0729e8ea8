// What end-to-end tests do with a cluster: namespaces of their own, objects in them, formulas, and
// patience with a reason when it ends.

import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, inject } from 'vitest'
import type { Lab } from './set-up-lab.ts'

export const lab: Lab = inject('lab')

export interface Called {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

export interface CallOptions {
  readonly stdin?: string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

function call(
  program: string,
  args: readonly string[],
  { stdin, cwd, env }: CallOptions = {},
): Promise<Called> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      {
        ...(cwd !== undefined && { cwd }),
        env: { ...process.env, KUBECONFIG: lab.kubeconfig, ...env },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ exit, stdout, stderr })
      },
    )
    child.stdin?.end(stdin)
  })
}

/** Whatever comes of it. */
export const tryKubectl = (args: readonly string[], options?: CallOptions) =>
  call(lab.kubectl, args, options)

export const tryR2k8s = (args: readonly string[], options?: CallOptions) =>
  call(lab.program, args, options)

export async function kubectl(
  args: readonly string[],
  options?: CallOptions,
): Promise<string> {
  return stdoutOf(await tryKubectl(args, options), args)
}

export async function r2k8s(
  args: readonly string[],
  options?: CallOptions,
): Promise<string> {
  return stdoutOf(await tryR2k8s(args, options), args)
}

function stdoutOf({ exit, stdout, stderr }: Called, args: readonly string[]): string {
  if (exit === 0) return stdout
  throw new Error(`${args.join(' ')} ended with ${exit}: ${stderr}${stdout}`)
}

/** Of this file's tests: a hook that is added inside another one would never run. */
const made: string[] = []
afterAll(async () => {
  for (const name of made) {
    await tryKubectl(['delete', 'namespace', name, '--wait=false'])
    await tryKubectl(['delete', 'pods', '--all', '--force', '-n', name, '--wait=false'])
  }
})

/** Deleted when the tests of the file are over. */
export async function makeNamespace(labels: readonly string[] = []): Promise<string> {
  const name = `e2e-${Math.random().toString(36).slice(2, 10)}`
  await kubectl(['create', 'namespace', name])
  made.push(name)
  if (labels.length > 0) await kubectl(['label', 'namespace', name, ...labels])
  // Pods are refused before it is there.
  await until('the service account is there', async () => {
    return (await tryKubectl(['get', 'serviceaccount', 'default', '-n', name])).exit === 0
  })
  return name
}

export const apply = (namespace: string, ...objects: readonly object[]) =>
  kubectl(['apply', '-n', namespace, '-f', '-'], { stdin: listOf(objects) })

export const tryApply = (namespace: string, ...objects: readonly object[]) =>
  tryKubectl(['apply', '-n', namespace, '-f', '-'], { stdin: listOf(objects) })

function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

export interface Action {
  readonly exec: readonly string[]
  readonly [member: string]: unknown
}

/** Timeless; its root is that of the lab unless inputs say otherwise. */
export function formulaText(
  action: Action,
  {
    inputs = {},
    warehouses = [lab.warehouse],
  }: {
    readonly inputs?: Readonly<Record<string, string>>
    readonly warehouses?: readonly string[]
  } = {},
): string {
  const all = { '/': lab.root, ...inputs }
  const fetchUrls = Object.fromEntries(Object.keys(all).map((path) => [path, warehouses]))
  return JSON.stringify({ formula: { inputs: all, action }, context: { fetchUrls } })
}

/** The image that runs it in a namespace. */
export async function push(
  namespace: string,
  text: string,
  flags: readonly string[] = [],
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-push-'))
  try {
    const file = join(directory, 'app.formula')
    writeFileSync(file, text)
    return (await r2k8s(['push', file, '-n', namespace, ...flags])).trim()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Packs what `fill` puts into a directory, and stores it in the lab's warehouse. */
export async function packWare(
  fill: (directory: string) => void,
  flags: readonly string[] = [],
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'r2k8s-ware-'))
  try {
    chmodSync(directory, 0o755)
    fill(directory)
    const target = `ca+file://${lab.wares}`
    const args = ['ware', 'pack', 'tar', directory, '--target', target, ...flags]
    return (await r2k8s(args)).trim()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** @throws Error with what was seen last */
export async function until(
  what: string,
  look: () => Promise<boolean | string>,
  seconds = 120,
): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const seen = await look()
    if (seen === true) return
    if (Date.now() > end) {
      throw new Error(`not within ${seconds} s: ${what}; last seen: ${String(seen)}`)
    }
    await sleep(300)
  }
}

export async function waitReady(namespace: string, selector: string): Promise<void> {
  const args = ['-n', namespace, 'wait', '--for=condition=Ready', '--timeout=120s']
  const waited = await tryKubectl([...args, 'pod', ...selectorArgs(selector)])
  if (waited.exit === 0) return
  const about = await kubectl(['-n', namespace, 'describe', 'pods'])
  throw new Error(`${waited.stderr}\n${about}`)
}

/** `app=web` or the name of a pod. */
const selectorArgs = (selector: string): string[] =>
  selector.includes('=') ? ['-l', selector] : [selector]

export const execIn = (namespace: string, pod: string, ...command: readonly string[]) =>
  kubectl(['-n', namespace, 'exec', pod, '--', ...command])
