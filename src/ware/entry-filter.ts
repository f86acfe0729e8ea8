// Filters at work: a record as the ware has it → as it is placed or packed (wares.md §6).

import type { Entry, EntrySink } from './entry.ts'
import { quoteRaw } from './entry-path.ts'
import type { FilterPreset } from './filters.ts'
import { filterRejection } from './ware-problems.ts'

export interface EntryFilter {
  /** `undefined`: it is left out. @throws R2k8sError filter-rejection */
  readonly apply: (entry: Entry) => Entry | undefined
  /** Whether it can change anything: else the filtered ID is the ID. */
  readonly alters: boolean
}

export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** @param words valid ones of either direction, see `readFilterWord`; `mine` is who runs this */
export function makeEntryFilter(words: FilterPreset, mine: Owner): EntryFilter {
  const uid = ownerOf(words.uid, mine.uid)
  const gid = ownerOf(words.gid, mine.gid)
  const seconds = isKept(words.mtime) ? undefined : Number(words.mtime.slice(1))
  const alters =
    [uid, gid, seconds].some((value) => value !== undefined) ||
    [words.sticky, words.setid, words.dev].includes('ignore')

  function apply(entry: Entry): Entry | undefined {
    if (entry.device !== undefined && !isKept(words.dev)) {
      if (words.dev === 'ignore') return undefined
      throw rejection('dev', `${quoteRaw(entry.path)} is a device`)
    }
    const mode = modeOf(entry)
    if (!alters && mode === entry.mode) return entry
    return {
      ...entry,
      mode,
      uid: uid ?? entry.uid,
      gid: gid ?? entry.gid,
      seconds: seconds ?? entry.seconds,
      nanoseconds: seconds === undefined ? entry.nanoseconds : 0,
    }
  }

  function modeOf({ path, mode }: Entry): number {
    let kept = mode
    if ((mode & 0o6000) !== 0 && !isKept(words.setid)) {
      if (words.setid !== 'ignore') {
        throw rejection('setid', `${quoteRaw(path)} has a set-ID bit`)
      }
      kept &= ~0o6000
    }
    return words.sticky === 'ignore' ? kept & ~0o1000 : kept
  }

  return { apply, alters }
}

/** Hands on what the filter makes of the records. */
export function filterSink(filter: EntryFilter, sink: EntrySink): EntrySink {
  let leftOut = false
  return {
    entry: (entry) => {
      const filtered = filter.apply(entry)
      leftOut = filtered === undefined
      if (filtered !== undefined) sink.entry(filtered)
    },
    content: (chunk) => {
      if (!leftOut) sink.content(chunk)
    },
    endFile: () => {
      if (!leftOut) sink.endFile()
    },
    ...(sink.pause !== undefined && { pause: sink.pause }),
  }
}

/** Two words for one thing: the one of packing, the one of unpacking. */
function isKept(word: string): boolean {
  return word === 'keep' || word === 'follow'
}

function ownerOf(word: string, mine: number): number | undefined {
  if (isKept(word)) return undefined
  return word === 'mine' ? mine : Number(word)
}

function rejection(filter: string, why: string): Error {
  return filterRejection(`${why}, and the filter ${filter} rejects it`, [
    `--filters ${filter}=ignore leaves it out, ${filter}=keep (packing) or =follow (unpacking) takes it`,
  ])
}
