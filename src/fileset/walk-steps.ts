// The walk through a tree in steps, so that it can be driven with waiting in between or without.

import { lstatSync, type BigIntStats } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { EntryKind, EntrySink, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import type { Report } from '../ware/transfer-event.ts'
import {
  openHandlesAt,
  statDirectory,
  type DirectoryHandle,
  type DirectoryHandles,
  type HandleOptions,
} from './directory-handles.ts'
import { filesetProblem, isSystemError, refusal } from './fileset-problem.ts'
import { childPath, fsPath } from './fs-path.ts'
import { createFileReader, type FileReader } from './file-reader.ts'
import { kindOf, readSorted, type FoundKind, type FoundName } from './read-directory.ts'
import {
  packTask,
  recordOfDirectory,
  recordOfSpecial,
  type Precision,
} from './read-record.ts'
import { createTurns } from './turns.ts'

export interface WalkOptions extends HandleOptions {
  /** True leaves the path out, and everything below it. Not asked for the root. */
  readonly skip?: (path: RawText, kind: EntryKind) => boolean
  /** `seconds` unless said otherwise. */
  readonly precision?: Precision
}

/** What stands in a directory that is held open: nobody can change the way to it any more. */
export interface WalkStart {
  /** Held as long as the walk goes on. */
  readonly directory: DirectoryHandle
  /** In there; `.` for the directory itself. */
  readonly name: RawText
  /** For messages. */
  readonly path: RawText
}

export interface Walk {
  readonly start: string | WalkStart
  readonly sink: EntrySink
  readonly report: Report
  readonly options: WalkOptions
}

/** A promise to wait for, or `undefined` where waiting is allowed but not needed. */
export type Pause = Promise<void> | undefined

export function* walkSteps(walk: Walk): Generator<Pause, 'walked' | 'missing'> {
  const root = rootOf(walk)
  let stats: BigIntStats
  try {
    stats = lstatSync(fsPath(root.place), { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'missing'
    throw filesetProblem(error, packTask, root.shown, 'pack-invalid')
  }
  const reader = createFileReader(walk.sink, walk.options.precision)
  try {
    if (stats.isDirectory()) yield* walkDirectories(walk, reader, root)
    else yield* walkLoneRoot(walk, reader, { ...root, kind: kindOf(stats) })
  } finally {
    reader.close()
  }
  return 'walked'
}

interface Root {
  /** For the system. */
  readonly place: RawText
  /** For people. */
  readonly shown: RawText
}

function rootOf({ start }: Walk): Root {
  if (typeof start !== 'string') {
    return { place: start.directory.prefix + start.name, shown: start.path }
  }
  const place = rawTextFromUtf8(resolve(start))
  return { place, shown: place }
}

function* walkLoneRoot(
  walk: Walk,
  reader: FileReader,
  { place, shown, kind }: Root & { readonly kind: FoundKind },
): Generator<Pause, void> {
  const { start, options } = walk
  const found = { name: basename(place), kind }
  if (isLeftOut({ ...walk, options: {} }, shown, found)) return
  let handles: DirectoryHandles | undefined
  try {
    const directory =
      typeof start === 'string'
        ? (handles = openHandlesAt(dirname(place), options)).open('.')
        : start.directory
    yield* visit(walk, reader, { directory, found, path: '.' })
  } catch (error) {
    throw filesetProblem(error, packTask, shown, 'pack-invalid')
  } finally {
    handles?.close()
  }
}

function* walkDirectories(
  walk: Walk,
  reader: FileReader,
  root: Root,
): Generator<Pause, void> {
  const { sink, options } = walk
  const levels: Level[] = []
  const isTurn = createTurns()
  let at: RawText = '.'
  let handles: DirectoryHandles | undefined
  try {
    const { open } = (handles = openHandlesAt(root.place, options))
    const enter = (path: RawText) => {
      const handle = open(path)
      sink.entry(recordOfDirectory(statDirectory(handle), path, options.precision))
      levels.push({ path, rest: readSorted(handle).reverse() })
    }
    enter(at)
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const pause = sink.pause?.()
      if (pause !== undefined || isTurn()) yield pause
      const found = level.rest.pop()
      if (found === undefined) {
        levels.pop()
        continue
      }
      at = childPath(level.path, found.name)
      if (isLeftOut(walk, at, found)) continue
      if (found.kind === 'directory') enter(at)
      else yield* visit(walk, reader, { directory: open(level.path), found, path: at })
    }
  } catch (error) {
    const path = at === '.' ? root.shown : at
    throw filesetProblem(error, packTask, path, 'pack-invalid')
  } finally {
    handles?.close()
  }
}

interface Level {
  readonly path: RawText
  /** Last first. */
  readonly rest: FoundName[]
}

interface Visit {
  readonly directory: DirectoryHandle
  readonly found: FoundName
  /** What the record is called. */
  readonly path: RawText
}

function* visit(
  { sink, options }: Walk,
  reader: FileReader,
  { directory, found, path }: Visit,
): Generator<Pause, void> {
  const place = directory.prefix + found.name
  if (found.kind !== 'file') {
    sink.entry(recordOfSpecial(place, path, options.precision))
    return
  }
  reader.begin(place, path)
  while (!reader.readOn()) yield sink.pause?.()
}

function isLeftOut(
  { report, options }: Walk,
  path: RawText,
  { kind }: FoundName,
): boolean {
  if (kind === 'socket') {
    const message = `${quoteRaw(path)} is a socket: it is left out`
    report({ kind: 'log', level: 'warn', message })
    return true
  }
  if (kind === 'unknown') {
    throw refusal(
      'pack-invalid',
      packTask,
      `${quoteRaw(path)} is of no kind that is known`,
    )
  }
  return options.skip?.(path, kind) === true
}
