// Makes the index of a ware while its records pass by.

import type { Entry, RawText } from './entry.ts'
import { programHeadBytes, readProgramHead, type ProgramHead } from './elf-machine.ts'
import { displayText, rawTextFromUtf8 } from './raw-text.ts'
import type { WareEntry, WareIndex } from './ware-index.ts'

export interface IndexCollector {
  readonly entry: (entry: Entry) => void
  readonly content: (chunk: Uint8Array) => void
  /** The machine in it is the one that all programs of the ware have in common. */
  readonly finish: (strictDigest: string) => WareIndex
  /** Of one program, as a formula writes it; `undefined` when it is not there or no program. */
  readonly machineOf: (program: string) => string | undefined
}

export function createIndexCollector(): IndexCollector {
  const top = new Map<string, WareEntry>()
  const programs = new Map<RawText, ProgramHead>()
  const links = new Map<RawText, RawText>()
  let size = 0
  let files = 0
  /** The executable file whose first bytes are awaited, and those that are there. */
  let awaited: { readonly path: RawText; readonly wanted: number } | undefined
  let head = new Uint8Array(0)

  return {
    entry: (entry) => {
      const { path, kind, mode } = entry
      files++
      size += entry.size
      if (path !== '.') addTop(entry)
      if (kind === 'symlink') links.set(path, entry.target)
      const wanted = Math.min(entry.size, programHeadBytes)
      awaited = kind === 'file' && (mode & 0o111) !== 0 ? { path, wanted } : undefined
    },
    content: (chunk) => {
      if (awaited === undefined) return
      head = Uint8Array.of(...head, ...chunk.subarray(0, awaited.wanted - head.length))
      if (head.length < awaited.wanted) return
      const program = readProgramHead(head)
      if (program !== undefined) programs.set(awaited.path, program)
      awaited = undefined
      head = new Uint8Array(0)
    },
    finish: (strictDigest) => {
      const machine = commonMachine(programs)
      return {
        entries: [...top.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
        size,
        files,
        strictDigest,
        ...(machine !== undefined && { machine }),
      }
    },
    machineOf: (program) =>
      machineOfProgram(rawTextFromUtf8(program), { programs, links }),
  }

  function addTop({ path, kind, target }: Entry): void {
    const slash = path.indexOf('/')
    const name = displayText(slash < 0 ? path : path.slice(0, slash))
    if (slash >= 0) {
      if (!top.has(name)) top.set(name, { name, kind: 'directory' })
    } else if (kind === 'symlink')
      top.set(name, { name, kind: 'link', target: displayText(target) })
    // Devices and fifos cannot be mounted.
    else if (kind === 'file' || kind === 'directory') top.set(name, { name, kind })
  }
}

interface Programs {
  readonly programs: ReadonlyMap<RawText, ProgramHead>
  readonly links: ReadonlyMap<RawText, RawText>
}

function commonMachine(programs: Programs['programs']): string | undefined {
  const machines = new Set<string | undefined>()
  for (const head of programs.values()) {
    if (head.kind === 'elf') machines.add(head.machine)
  }
  return machines.size === 1 ? [...machines][0] : undefined
}

/** Where a shell looks; the formula's own PATH is rarely another. */
const usualPath = 'usr/local/sbin usr/local/bin usr/sbin usr/bin sbin bin'.split(' ')
const maxInterpreters = 5

function machineOfProgram(
  program: RawText,
  found: Programs,
  depth = 0,
): string | undefined {
  const candidates = program.includes('/')
    ? [program]
    : usualPath.map((directory) => `${directory}/${program}`)
  for (const candidate of candidates) {
    const path = resolveLinks(candidate, found.links)
    const head = path === undefined ? undefined : found.programs.get(path)
    if (head?.kind === 'elf') return head.machine
    if (head?.kind === 'script' && depth < maxInterpreters) {
      return machineOfProgram(head.interpreter, found, depth + 1)
    }
  }
  return undefined
}

const maxLinks = 40

/** Inside the ware, as a process whose root it is would: `..` stops at the root. */
function resolveLinks(
  path: RawText,
  links: ReadonlyMap<RawText, RawText>,
): RawText | undefined {
  const todo = path.split('/').reverse()
  let at: RawText[] = []
  let followed = 0
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if (step === '' || step === '.') continue
    if (step === '..') {
      at.pop()
      continue
    }
    at.push(step)
    const target = links.get(at.join('/'))
    if (target === undefined) continue
    if (++followed > maxLinks) return undefined
    if (target.startsWith('/')) at = []
    else at.pop()
    todo.push(...target.split('/').reverse())
  }
  return at.join('/')
}
