// Whether the node runs programs from the volume at all: on hardened nodes the directory of the kubelet
// may be mounted noexec, or a policy forbid it (rootfs.md §3.7).

import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { R2k8sError, quote } from '../errors.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'

export interface VolumeProbe {
  /** Private directory inside the volume. */
  readonly directory: string
  /** As Node says it. */
  readonly architecture: string
}

/** @throws R2k8sError inoperable-path when the kernel refuses */
export function probeVolume({ directory, architecture }: VolumeProbe): void {
  const path = `${directory}/probe`
  writeFileSync(path, tinyProgram(architecture) ?? '', { mode: 0o700, flag: 'wx' })
  try {
    // The kernel denies this one to everybody, root included, where the mount is noexec.
    accessSync(path, constants.X_OK)
    if (tinyProgram(architecture) !== undefined) run(path)
  } catch (error) {
    if (error instanceof R2k8sError || systemErrorCode(error) !== 'EACCES') throw error
    throw refused(`${describeMount(directory)} is mounted noexec`)
  } finally {
    rmSync(path)
  }
}

function run(path: string): void {
  const { error, status, signal } = spawnSync(path, [], {
    stdio: 'ignore',
    env: {},
    timeout: 10_000,
  })
  if (error !== undefined) {
    throw refused(`a probe in it does not start: ${explainSystemError(error)}`)
  }
  if (status !== 0) {
    throw refused(`a probe in it ends with ${signal ?? `exit code ${String(status)}`}`)
  }
}

function refused(why: string): R2k8sError {
  return new R2k8sError([
    {
      code: 'inoperable-path',
      task: 'prepare the root',
      why: `this node runs no programs from the volume: ${why}`,
      hints: ['exempt volumes named "r2k8s-root-*" from the policy, or use another node'],
    },
  ])
}

/** The mount that a path lies in, for people. */
function describeMount(path: string): string {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, fromOctal))
    .filter((point) => point === '/' || path === point || path.startsWith(`${point}/`))
  const longest = points.reduce(
    (best, each) => (each.length >= best.length ? each : best),
    '/',
  )
  return quote(longest)
}

function fromOctal(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8))
}

/** Machine code of "exit with 0"; the program of no other machine is worth its trouble. */
const exitCode: Readonly<Record<string, { machine: number; code: readonly number[] }>> = {
  // mov eax, 60; xor edi, edi; syscall
  x64: { machine: 62, code: [0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05] },
  // mov x0, #0; mov x8, #93; svc #0
  arm64: {
    machine: 183,
    code: [0, 0, 0x80, 0xd2, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4],
  },
}

const headerBytes = 64
const segmentBytes = 56
const loadedAt = 0x400000n

/** An ELF program in one segment that holds it whole. */
function tinyProgram(architecture: string): Uint8Array | undefined {
  const wanted = exitCode[architecture]
  if (wanted === undefined) return undefined
  const start = headerBytes + segmentBytes
  const bytes = new Uint8Array(start + wanted.code.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true) // executable
  view.setUint16(18, wanted.machine, true)
  view.setUint32(20, 1, true)
  view.setBigUint64(24, loadedAt + BigInt(start), true)
  view.setBigUint64(32, BigInt(headerBytes), true)
  view.setUint16(52, headerBytes, true)
  view.setUint16(54, segmentBytes, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 1, true) // to be loaded
  view.setUint32(68, 5, true) // read and execute
  view.setBigUint64(80, loadedAt, true)
  view.setBigUint64(88, loadedAt, true)
  view.setBigUint64(96, BigInt(bytes.length), true)
  view.setBigUint64(104, BigInt(bytes.length), true)
  view.setBigUint64(112, 0x10000n, true)
  bytes.set(wanted.code, start)
  return bytes
}
