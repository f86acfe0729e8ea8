// Writes the records of a fileset as a tree on disk, in a private directory. Records are hostile: no
// link is followed, nothing is replaced, nothing lands outside.

import { setImmediate } from 'node:timers/promises'
import type { Entry, EntrySink, RawText } from '../ware/entry.ts'
import type { Owner } from '../ware/entry-filter.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { openDirectoryHandles, type HandleOptions } from './directory-handles.ts'
import { filesetProblem, refusal, withProblem } from './fileset-problem.ts'
import { syncTree } from './sync-tree.ts'
import { openTreeBuilder } from './tree-builder.ts'
import { createTurns } from './turns.ts'

export interface TreeWriterOptions extends HandleOptions {
  /**
   * `keep` gives everything to the owners of the records (needs root), `none` leaves it to whoever
   * runs this, two numbers give it to those. Devices are made where owners are kept.
   */
  readonly owners: 'keep' | 'keep-if-root' | 'none' | Owner
  /** Everything has reached the disk when `finish` returns. */
  readonly sync?: boolean
  /** What a directory is that no record names: filters apply to those, too. */
  readonly inferred?: (path: RawText) => Entry
  /** When it is aborted, the writer refuses to go on. */
  readonly signal?: AbortSignal
}

export interface TreeWriter extends EntrySink {
  /** Sets what directories can only be given at last. Nothing may be written afterwards. */
  readonly finish: () => void
  /** The same, with others running in between: there may be millions of directories. */
  readonly finishInTurns: () => Promise<void>
  /** Now and then a turn for others, without which no signal is ever heard of. */
  readonly pause: () => Promise<void> | undefined
  /** Lets go of everything, finished or not; may be called twice. */
  readonly close: () => void
}

const task = 'unpack the ware'

/**
 * @param root an existing, empty directory that nobody else writes to. When the fileset is a lone
 * file, that file stands there in its place.
 * @throws R2k8sError inoperable-path, cancelled, or local-cache-problem when the disk is full, read-only, …
 */
export function openTreeWriter(root: string, options: TreeWriterOptions): TreeWriter {
  const rootName = rawTextFromUtf8(root)
  const handles = withProblem(task, rootName, () =>
    openDirectoryHandles(root, { leaps: true, ...options }),
  )
  let current: RawText = rootName
  function guarded<Arguments extends readonly unknown[]>(
    work: (...given: Arguments) => void,
  ): (...given: Arguments) => void {
    return (...given) => {
      try {
        work(...given)
      } catch (error) {
        throw filesetProblem(error, task, current)
      }
    }
  }
  let builder: ReturnType<typeof openTreeBuilder>
  try {
    builder = withProblem(task, rootName, () => openTreeBuilder(root, handles, options))
  } catch (error) {
    handles.close()
    throw error
  }
  let open = true
  function close(): void {
    if (!open) return
    open = false
    builder.close()
    handles.close()
  }
  const isTurn = createTurns()
  function pause(): Promise<void> | undefined {
    throwIfCancelled(options.signal)
    return isTurn() ? setImmediate() : undefined
  }
  function complete(): void {
    close()
    if (options.sync === true) syncTree(root)
  }
  return {
    entry: guarded((entry: Entry) => {
      throwIfCancelled(options.signal)
      current = entry.path
      builder.add(entry)
    }),
    content: guarded(builder.write),
    endFile: guarded(builder.endFile),
    pause,
    finish: guarded(() => {
      for (const path of builder.settle()) current = path
      complete()
    }),
    finishInTurns: async () => {
      try {
        for (const path of builder.settle()) {
          await pause()
          current = path
        }
        complete()
      } catch (error) {
        throw filesetProblem(error, task, current)
      }
    },
    close,
  }
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw refusal('cancelled', task, 'it was interrupted')
}
