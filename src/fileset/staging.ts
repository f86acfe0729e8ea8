// A private place to fill before anything becomes visible, and how to tell one that was left behind
// by a process that died.

import { createHash, randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isSystemError, withProblem } from './fileset-problem.ts'
import { makeDirectories } from './make-directories.ts'
import { removeTree } from './remove-tree.ts'

export interface Staging {
  /** Readable by nobody else. */
  readonly path: string
  /** An empty directory in it, to be filled and moved away. */
  readonly tree: string
  /** Removes what is left of it. May be called twice. */
  readonly discard: () => void
}

/**
 * @param directory made when missing
 * @throws R2k8sError local-cache-problem when nothing can be written there
 */
export function openStaging(directory: string): Staging {
  makeDirectories(directory)
  const path = join(directory, stagingName())
  const tree = join(path, 'tree')
  withProblem('make a private directory', rawTextFromUtf8(path), () => {
    mkdirSync(path, 0o700)
    mkdirSync(tree, 0o700)
  })
  return {
    path,
    tree,
    discard: () => {
      removeTree(path)
    },
  }
}

/** Removes what dead processes left in `directory`; what cannot be removed stays. */
export function sweepStaging(directory: string): void {
  for (const name of stagingNames(directory)) {
    const path = join(directory, name)
    try {
      if (isAbandoned(path, name)) removeTree(path)
    } catch (error) {
      // Somebody else's, perhaps. It is in nobody's way.
      if (!(error instanceof R2k8sError)) throw error
    }
  }
}

const prefix = '.tmp.unpack.'

/** `.tmp.unpack.<uuid>`, with the process that owns it where the system tells. */
export function stagingName(): string {
  const self = identifyProcess('self')
  const owner = self === undefined ? '' : `.${machineName()}.${self.pid}.${self.start}`
  return `${prefix}${randomUUID()}${owner}`
}

export function stagingNames(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.startsWith(prefix))
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES')) return []
    throw error
  }
}

const oneDay = 24 * 3600 * 1000

/**
 * Numbers of processes mean something only on the same boot and within the same namespace: a cache
 * may be shared by containers and, over the network, by machines. Elsewhere only age tells.
 */
function isAbandoned(path: string, name: string): boolean {
  const [, machine, pid, start] =
    /^[0-9a-f-]{36}\.([0-9a-f]{16})\.(\d+)\.(\d+)$/.exec(name.slice(prefix.length)) ?? []
  if (pid !== undefined && machine === machineName()) {
    return identifyProcess(pid)?.start !== start
  }
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && Date.now() - stats.mtimeMs > oneDay
}

/** The time of its start tells a process from a later one with the same number. */
function identifyProcess(pid: string): { pid: string; start: string } | undefined {
  const stat = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  // The name of the program, in brackets, may hold blanks and brackets.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const own = stat?.slice(0, stat.indexOf(' '))
  const start = fields?.[19]
  return own === undefined || start === undefined ? undefined : { pid: own, start }
}

function machineName(): string {
  const boot = readOrNothing(() =>
    readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'),
  )
  const namespace = readOrNothing(() => readlinkSync('/proc/self/ns/pid'))
  // Never taken for our own: then age decides.
  if (boot === undefined || namespace === undefined)
    return randomUUID().replaceAll('-', '').slice(0, 16)
  const text = `${boot.trim()} ${namespace}`
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function readOrNothing(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'EACCES', 'EPERM', 'ESRCH', 'ENOTDIR')) {
      return undefined
    }
    throw error
  }
}
