// (e) wares: unpack, scan, pack and identify, against tar, gunzip, gzip and sha384sum in the same run.
// On tmpfs where there is one, so that the programs are compared and not the disk. Elsewhere every tree
// goes to a directory that never existed before, and stays: on ext4 a tree that was removed just now
// makes the next one several times slower.

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { makeDebianLikeRoot, makeSmallFiles } from './ware-inputs.ts'
import { median, printTable, type Row } from './measure.ts'

const program = new URL('../../bin/kubectl-r2k8s', import.meta.url).pathname
const memoryHook = new URL('report-memory.cjs', import.meta.url).pathname
const runs = Number(process.env['R2K8S_BENCH_RUNS'] ?? 5)

interface Case {
  readonly name: string
  /** Directory with the files, and the same as a gzipped tar. */
  readonly tree: string
  readonly archive: string
  readonly goals: Readonly<Record<string, number>>
}

export function benchWares(directory: string): void {
  const place = `${roomyTmpfs() ?? directory}/r2k8s-bench-wares`
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const small = makeSmallFiles(place)
  const debian = makeDebianLikeRoot(place)
  const scan = { scan: 1.15, identify: 1.5, pack: 0.45, zstd: 0.2 }
  const cases: Case[] = [
    { name: '20,000 files of 4 KB', ...small, goals: { ...scan, unpack: 1.8 } },
    { name: 'a Debian-like root', ...debian, goals: { ...scan, unpack: 0.8 } },
  ]
  for (const each of cases)
    printTable(`(e) wares: ${each.name}`, measureCase(each, place))
  rmSync(place, { recursive: true, force: true })
}

const tmpfs = '/dev/shm'
const tmpfsMagic = 0x01021994
const spaceNeeded = 4 * 1024 ** 3

function roomyTmpfs(): string | undefined {
  try {
    const { type, bavail, bsize } = statfsSync(tmpfs)
    return type === tmpfsMagic && bavail * bsize > spaceNeeded ? tmpfs : undefined
  } catch {
    return undefined
  }
}

interface Contest {
  readonly what: string
  readonly against: string
  readonly goal: number
  readonly ours: readonly string[]
  readonly theirs: string
  /** Whether each run gets a directory of its own, in `$OUT`. */
  readonly writes?: boolean
}

function measureCase({ tree, archive, goals }: Case, place: string): Row[] {
  const shell = (words: string): readonly string[] => [
    'bash',
    '-c',
    `set -o pipefail; ${words}`,
  ]
  const ware = (words: string) => shell(`"${program}" ware ${words}`)
  const id = run(ware(`scan tar --source "file://${archive}"`), place).output.trim()
  const contests: Contest[] = [
    {
      what: 'unpack and verify',
      against: 'tar -xzf',
      goal: goals['unpack'] ?? NaN,
      ours: ware(
        `unpack ${id} "$OUT/x" --source "file://${archive}" --placer direct --filters lossless`,
      ),
      theirs: `tar -xzf "${archive}" -C "$OUT"`,
      writes: true,
    },
    {
      what: 'scan',
      against: 'gunzip -c | sha384sum',
      goal: goals['scan'] ?? NaN,
      ours: ware(`scan tar --source "file://${archive}"`),
      theirs: `gunzip -c "${archive}" | sha384sum`,
    },
    {
      what: 'pack (gzip)',
      against: 'tar -c | gzip -6',
      goal: goals['pack'] ?? NaN,
      ours: ware(`pack tar "${tree}" --target "file://$OUT/x.tgz"`),
      theirs: `tar -c -C "${tree}" . | gzip -6 > "$OUT/x.tgz"`,
      writes: true,
    },
    {
      what: 'pack --compression zstd',
      against: 'tar -c | gzip -6',
      goal: goals['zstd'] ?? NaN,
      ours: ware(
        `pack tar "${tree}" --target "file://$OUT/x.tar.zst" --compression zstd`,
      ),
      theirs: `tar -c -C "${tree}" . | gzip -6 > "$OUT/x.tgz"`,
      writes: true,
    },
    {
      what: 'pack that stores nothing',
      against: 'tar -c | sha384sum',
      goal: goals['identify'] ?? NaN,
      ours: ware(`pack tar "${tree}"`),
      theirs: `tar -c -C "${tree}" . | sha384sum`,
    },
  ]
  return contests.flatMap((contest) => measure(contest, place, shell))
}

function measure(
  { what, against, goal, ours, theirs, writes = false }: Contest,
  place: string,
  shell: (words: string) => readonly string[],
): Row[] {
  /** In memory, pages that were never touched cost more than the file system does: they are used again. */
  const timed = (command: readonly string[], label: string): number => {
    const out = fresh(label)
    const { seconds } = run(command, place, out)
    if (writes && place.startsWith(tmpfs)) rmSync(out, { recursive: true })
    return seconds
  }
  const fresh = (label: string): string => {
    const path = `${place}/${label}-${String(performance.now()).replace('.', '-')}`
    if (writes) mkdirSync(path)
    return path
  }
  const times: { ours: number; theirs: number }[] = []
  let memory = 0
  // One after the other, so that what else the machine does meets both.
  for (let i = 0; i <= runs; i++) {
    const pair = {
      theirs: timed(shell(theirs), 'theirs'),
      ours: timed(ours, 'ours'),
    }
    if (i > 0) times.push(pair) // the first fills the caches of the file system
  }
  memory = run(ours, place, fresh('memory'), true).memory
  const [mine, yardstick] = [
    median(times.map((pair) => pair.ours)),
    median(times.map((pair) => pair.theirs)),
  ]
  const ratio = mine / yardstick
  return [
    { what: against, figure: `${yardstick.toFixed(2)} s` },
    {
      what,
      figure: `${mine.toFixed(2)} s, ${memory.toFixed(0)} MB`,
      ratio: `${ratio.toFixed(2)} × ${against}`,
      goal: `≤ ${goal} ×, ≤ 150 MB`,
      met: ratio <= goal && memory <= 150,
    },
  ]
}

function run(command: readonly string[], place: string, out = place, withMemory = false) {
  const [file = '', ...args] = command
  const memoryFile = `${place}/memory.txt`
  if (withMemory) writeFileSync(memoryFile, '')
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 1024 * 1024,
    env: {
      ...process.env,
      OUT: out,
      R2K8S_CACHE: `${place}/cache`,
      ...(withMemory && {
        NODE_OPTIONS: `--require=${memoryHook}`,
        MEMORY_FILE: memoryFile,
      }),
    },
  })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  const memory = withMemory ? Number(readFileSync(memoryFile, 'utf8')) / 1024 : NaN
  return { seconds, output: stdout, memory }
}
