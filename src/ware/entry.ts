// The currency of everything that reads or writes wares: records of one fileset, in a stream.

/**
 * Bytes as text, one character (U+0000 to U+00FF) per byte, never decoded: names need not be valid
 * UTF-8, and comparing two such texts with `<` compares their bytes. `Buffer.from(text, 'latin1')`
 * gives the bytes back; for people, see `displayText`.
 */
export type RawText = string

export type EntryKind =
  'file' | 'directory' | 'symlink' | 'fifo' | 'block-device' | 'character-device'

export interface Entry {
  /** `.` for the root, else `a/b`: no leading, trailing, double or dot segments. */
  readonly path: RawText
  readonly kind: EntryKind
  /** Permissions with set-ID and sticky bits, 0 to 0o7777. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Modification time: whole unix seconds, rounded down, and the nanoseconds after them. */
  readonly seconds: number
  readonly nanoseconds: number
  /** Bytes of content that follow; 0 for everything but files. */
  readonly size: number
  /** Of a symlink, as it stands there; `''` for everything else. */
  readonly target: RawText
  readonly device?: { readonly major: number; readonly minor: number }
  readonly xattrs?: ReadonlyMap<RawText, RawText>
}

/**
 * Takes the records of a fileset one after the other. Synchronous: the thread that inflates hands
 * over big chunks, and a promise per record would cost more than the record.
 *
 * Parents may come late or never; see `wares.md` §5.2 for what a reader infers. After a file,
 * `content` is called until its size is reached, then `endFile`; the next record comes after that.
 */
export interface EntrySink {
  readonly entry: (entry: Entry) => void
  /** The chunk may be overwritten as soon as the call returns. Never empty. */
  readonly content: (chunk: Uint8Array) => void
  readonly endFile: () => void
  /** A promise when the source had better wait (a full pipe); asked between chunks. */
  readonly pause?: () => Promise<void> | undefined
}

/** Hands every record to all of `sinks`, in their order. */
export function teeSinks(sinks: readonly EntrySink[]): EntrySink {
  return {
    entry: (entry) => {
      for (const sink of sinks) sink.entry(entry)
    },
    content: (chunk) => {
      for (const sink of sinks) sink.content(chunk)
    },
    endFile: () => {
      for (const sink of sinks) sink.endFile()
    },
    pause: () => {
      const waits = sinks.flatMap((sink) => sink.pause?.() ?? [])
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined)
    },
  }
}
