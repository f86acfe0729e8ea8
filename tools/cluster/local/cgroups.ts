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

export function makeCgroups(name: string): void {
  for (const tree of trees()) {
    const own = join(tree, name)
    mkdirSync(own, { recursive: true })
    if (isUnified()) {
      const all = readFileSync(join(root, 'cgroup.controllers'), 'utf8').trim().split(' ')
      const enabled = all.map((controller) => `+${controller}`).join(' ')
      writeFileSync(join(root, 'cgroup.subtree_control'), enabled)
      writeFileSync(join(own, 'cgroup.subtree_control'), enabled)
    }
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (isUnified() || !existsSync(join(own, file))) continue
      writeFileSync(join(own, file), readFileSync(join(tree, file)))
    }
  }
}

/** Ends what still runs there. */
export async function removeCgroups(name: string): Promise<void> {
  for (const tree of trees()) {
    const own = join(tree, name)
    if (!existsSync(own)) continue
    await until(`removing ${own}`, 20, () => Promise.resolve(removeTree(own)))
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
