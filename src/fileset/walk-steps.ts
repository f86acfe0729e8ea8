// The walk through a tree in steps, so that it can be driven with waiting in between or without.

import { lstatSync, type BigIntStats } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { EntryKind, EntrySink, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import type { Report } from '../ware/transfer-event.ts'
import {
  openDirectoryHandles,
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

export interface WalkOptions extends HandleOptions {
  /** True leaves the path out, and everything below it. Not asked for the root. */
  readonly skip?: (path: RawText, kind: EntryKind) => boolean
  /** `seconds` unless said otherwise. */
  readonly precision?: Precision
}

export interface Walk {
  readonly path: string
  readonly sink: EntrySink
  readonly report: Report
  readonly options: WalkOptions
}

/** A promise to wait for, or `undefined` where waiting is allowed but not needed. */
export type Pause = Promise<void> | undefined

/** Records between two chances for others to run. */
const recordsPerTurn = 512

export function* walkSteps(walk: Walk): Generator<Pause, 'walked' | 'missing'> {
  const root = rawTextFromUtf8(resolve(walk.path))
  let stats: BigIntStats
  try {
    stats = lstatSync(fsPath(root), { bigint: true })
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'missing'
    throw filesetProblem(error, packTask, root, 'pack-invalid')
  }
  const reader = createFileReader(walk.sink, walk.options.precision)
  try {
    if (stats.isDirectory()) yield* walkDirectories(walk, reader)
    else yield* walkLoneRoot(walk, reader, kindOf(stats))
  } finally {
    reader.close()
  }
  return 'walked'
}

function* walkLoneRoot(
  walk: Walk,
  reader: FileReader,
  kind: FoundKind,
): Generator<Pause, void> {
  const place = resolve(walk.path)
  const root = rawTextFromUtf8(place)
  const found = { name: rawTextFromUtf8(basename(place)), kind }
  if (isLeftOut({ ...walk, options: {} }, root, found)) return
  const handles = openDirectoryHandles(dirname(place), walk.options)
  try {
    const directory = handles.open('.')
    yield* visit(walk, reader, { directory, found, path: '.' })
  } catch (error) {
    throw filesetProblem(error, packTask, root, 'pack-invalid')
  } finally {
    handles.close()
  }
}

function* walkDirectories(walk: Walk, reader: FileReader): Generator<Pause, void> {
  const { sink, options } = walk
  const levels: Level[] = []
  let at: RawText = '.'
  let handles: DirectoryHandles | undefined
  try {
    const { open } = (handles = openDirectoryHandles(resolve(walk.path), options))
    const enter = (path: RawText) => {
      const handle = open(path)
      sink.entry(recordOfDirectory(statDirectory(handle), path, options.precision))
      levels.push({ path, rest: readSorted(handle).reverse() })
    }
    enter(at)
    let count = 0
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const found = level.rest.pop()
      if (found === undefined) {
        levels.pop()
        continue
      }
      at = childPath(level.path, found.name)
      if (isLeftOut(walk, at, found)) continue
      if (found.kind === 'directory') enter(at)
      else yield* visit(walk, reader, { directory: open(level.path), found, path: at })
      const pause = sink.pause?.()
      if (pause !== undefined || ++count % recordsPerTurn === 0) yield pause
    }
  } catch (error) {
    const path = at === '.' ? rawTextFromUtf8(resolve(walk.path)) : at
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
