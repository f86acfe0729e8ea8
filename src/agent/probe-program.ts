// Whether this node can run the program of a root (rootfs.md §3.7): it is there, executable, built for
// this machine, and its loader or interpreter is there, too. Told by name here, instead of by the
// runtime's "no such file or directory" later.

import { closeSync, constants, openSync, readSync } from 'node:fs'
import { R2k8sError, quote } from '../errors.ts'
import type { RootOrder } from '../mutate/fetch-plan.ts'
import { programHeadBytes, readProgramHead } from '../ware/elf-machine.ts'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { readElfLoader } from './elf-loader.ts'
import { findInTree } from './find-in-tree.ts'
import { pathIn } from './root-tree.ts'

export interface ProbeRequest {
  readonly tree: string
  readonly order: RootOrder
  /** As Node says it. */
  readonly architecture: string
  /** Told when the program cannot be judged from here. */
  readonly inform: (message: string) => void
}

/** @throws R2k8sError job-invalid with the reason why the program cannot start */
export function probeProgram({ tree, order, architecture, inform }: ProbeRequest): void {
  const { program } = order
  if (program === undefined) return
  const path = placeOf(program, order)
  if (path === undefined) {
    inform(`whether ${quote(program)} can run is not tested: its place depends on PATH`)
    return
  }
  probe({ tree, order, architecture, inform }, path, [])
}

/** A relative path starts in the working directory. */
function placeOf(program: string, { cradle }: RootOrder): RawText | undefined {
  if (program.startsWith('/')) return rawTextFromUtf8(program)
  if (!program.includes('/') || cradle === undefined) return undefined
  return rawTextFromUtf8(`${cradle.cwd}/${program}`)
}

/** As deep as Linux goes with interpreters of interpreters. */
const maxInterpreters = 5

/** `asked` are the programs that need this one, the first of them the formula's. */
function probe(request: ProbeRequest, path: RawText, asked: readonly RawText[]): void {
  const { tree, order, architecture, inform } = request
  if (liesInOtherMount(path, order)) {
    inform(`${quoteRaw(path)} lies in another mount and is not tested`)
    return
  }
  const resolved = findInTree(tree, path)
  if (resolved.kind !== 'found') throw unusable(path, asked, 'it is not in the wares')
  if (liesInOtherMount(resolved.path, order)) return
  const { stats } = resolved
  if (!stats.isFile()) throw unusable(path, asked, 'it is no file')
  if ((stats.mode & 0o111) === 0) throw unusable(path, asked, 'it is not executable')
  const bytes = readHead(tree, resolved.path)
  const head = readProgramHead(bytes.subarray(0, programHeadBytes))
  if (head === undefined) return // a script without first line, perhaps: shells run those
  if (head.kind === 'script') {
    if (asked.length >= maxInterpreters) return
    if (!head.interpreter.startsWith('/')) return
    probe(request, head.interpreter, [...asked, path])
    return
  }
  const machine = machines[architecture]
  if (machine !== undefined && !machine.includes(head.machine ?? '')) {
    const built = head.machine ?? 'a machine without a name'
    throw unusable(
      path,
      asked,
      `it is built for ${built}, and this node is ${machine[0] ?? ''}`,
    )
  }
  const loader = readElfLoader(bytes)
  if (loader?.startsWith('/') !== true) return
  const found = findInTree(tree, loader)
  if (found.kind === 'found' || liesInOtherMount(loader, order)) return
  throw unusable(path, asked, `its loader ${quoteRaw(loader)} is not in the wares`)
}

/** What a machine runs, by Node's word for it: itself first. */
const machines: Readonly<Record<string, readonly string[]>> = {
  x64: ['amd64', '386'],
  arm64: ['arm64', 'arm'],
  arm: ['arm'],
  ia32: ['386'],
  riscv64: ['riscv64'],
  s390x: ['s390x'],
  loong64: ['loong64'],
}

/** Of the user's own volumes only the runtime knows what is in them. */
function liesInOtherMount(path: RawText, { placeholders }: RootOrder): boolean {
  const absolute = `/${path.replace(/^\/+/, '')}`
  return placeholders.some(({ path: other }) => {
    const raw = rawTextFromUtf8(other)
    return absolute === raw || absolute.startsWith(`${raw}/`)
  })
}

/** Enough for the program headers, which stand at the front of every usual program. */
const headBytes = 64 * 1024

function readHead(tree: string, path: RawText): Uint8Array {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = openSync(pathIn(tree, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const head = new Uint8Array(headBytes)
    return head.subarray(0, readSync(file, head, 0, headBytes, 0))
  } finally {
    closeSync(file)
  }
}

function unusable(path: RawText, asked: readonly RawText[], why: string): R2k8sError {
  const [first] = asked
  const subject =
    first === undefined
      ? `its program ${quoteRaw(path)}`
      : `its program ${quoteRaw(first)}, which needs ${quoteRaw(path)},`
  return new R2k8sError([
    {
      code: 'job-invalid',
      task: 'prepare the root',
      why: `${subject} cannot run: ${why}`,
    },
  ])
}
