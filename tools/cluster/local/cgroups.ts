// Cgroups of the cluster's own: made before it starts, removed with all that runs in them.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '../../../src/system-error.ts'
import { until } from '../command.ts'

const root = '/sys/fs/cgroup'
const isUnified = (): boolean => existsSync(join(root, 'cgroup.controllers'))

/** Controllers of cgroup v1 that containers are put into; v2 has one tree for all. */
function trees(): readonly string[] {
  if (isUnified()) return [root]
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((tree) => existsSync(join(tree, 'cgroup.procs')))
}

/**
 * Returns the controllers of cgroup v2 that the machine's root did not hand down before, and may from now
 * on: for `removeCgroups`.
 */
export function makeCgroups(name: string): readonly string[] {
  try {
    return isUnified() ? makeUnified(name) : makeSplit(name)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`cgroups for pods cannot be made: ${why}${nextStep(error)}`, {
      cause: error,
    })
  }
}

/** What the kubelet limits pods with: it does not start where one of them is left out. */
const limiting = new Set(['cpu', 'cpuset', 'hugetlb', 'io', 'memory', 'pids'])

function makeUnified(name: string): readonly string[] {
  const own = join(root, name)
  mkdirSync(own, { recursive: true })
  const all = wordsOf(join(root, 'cgroup.controllers'))
  const before = new Set(wordsOf(join(root, 'cgroup.subtree_control')))
  const wanted = all.filter((controller) => limiting.has(controller))
  handDown(root, '+', wanted)
  handDown(own, '+', wanted)
  // runc adds the others, from the root down.
  return all.filter((controller) => !before.has(controller))
}

function makeSplit(name: string): readonly string[] {
  for (const tree of trees()) {
    const own = join(tree, name)
    mkdirSync(own, { recursive: true })
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (existsSync(join(own, file)))
        writeFileSync(join(own, file), readFileSync(join(tree, file)))
    }
  }
  return []
}

function handDown(cgroup: string, sign: '+' | '-', controllers: readonly string[]): void {
  if (controllers.length === 0) return
  const text = controllers.map((controller) => sign + controller).join(' ')
  writeFileSync(join(cgroup, 'cgroup.subtree_control'), text)
}

function wordsOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Both are seen in containers; on a machine itself neither. */
function nextStep(error: unknown): string {
  const code = systemErrorCode(error)
  if (code === 'EROFS') return '. In a container, it must be a privileged one'
  // Moving processes that are not our own is for their owner to do.
  if (code === 'EBUSY')
    return `. In a container, its processes must make way first: mkdir ${root}/init && for p in $(cat ${root}/cgroup.procs); do echo $p >${root}/init/cgroup.procs; done`
  return ''
}

/** Ends what still runs there. @param handedDown what `makeCgroups` returned */
export async function removeCgroups(
  name: string,
  handedDown: readonly string[],
): Promise<void> {
  for (const tree of trees()) {
    const own = join(tree, name)
    if (!existsSync(own)) continue
    await until(`removing ${own}`, 20, () => Promise.resolve(removeTree(own)))
  }
  for (const controller of handedDown) {
    try {
      handDown(root, '-', [controller])
    } catch {
      // somebody else needs it by now
    }
  }
}

function removeTree(path: string): boolean {
  let isGone = true
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) isGone = removeTree(join(path, entry.name)) && isGone
  }
  for (const pid of processesOf(path)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // it is gone
    }
  }
  try {
    rmdirSync(path)
    return isGone
  } catch {
    return !existsSync(path)
  }
}

function processesOf(path: string): readonly number[] {
  try {
    const text = readFileSync(join(path, 'cgroup.procs'), 'utf8')
    return text.split('\n').flatMap((line) => (Number(line) > 0 ? [Number(line)] : []))
  } catch {
    return []
  }
}
