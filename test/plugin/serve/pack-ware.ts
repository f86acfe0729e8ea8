// Small wares, packed and named by the program's own means.

import { openArchiveWriter } from '../../../src/archive/write-archive.ts'
import { teeSinks, type Entry, type EntrySink } from '../../../src/ware/entry.ts'
import { createIdentifier } from '../../../src/ware/identify.ts'
import { createTarWriter } from '../../../src/ware/tar/tar-writer.ts'

export interface PackedWare {
  readonly hash: string
  /** On a shelf: `/abc/def/hash`. */
  readonly path: string
  readonly bytes: Buffer
}

export type Files = Readonly<Record<string, Uint8Array>>

export function packWare(
  files: Files,
  space: 'timeless' | 'legacy' = 'timeless',
): PackedWare {
  const chunks: Buffer[] = []
  const writer = createTarWriter((chunk) => {
    chunks.push(Buffer.from(chunk))
  })
  const identifier = createIdentifier({ space })
  writeFiles(files, teeSinks([identifier, writer]))
  writer.end()
  const { hash } = identifier.finish()
  const path = `/${hash.slice(0, 3)}/${hash.slice(3, 6)}/${hash}`
  return { hash, path, bytes: Buffer.concat(chunks) }
}

/** The same fileset, so of the same hash. */
export async function packZip(files: Files): Promise<Buffer> {
  const chunks: Buffer[] = []
  const write = (block: Uint8Array): Promise<void> => {
    chunks.push(Buffer.from(block))
    return Promise.resolve()
  }
  const writer = openArchiveWriter({ packtype: 'zip', compression: 'none', write })
  writeFiles(files, writer)
  await writer.finish()
  return Buffer.concat(chunks)
}

/** All executable; directories are left to be inferred, but for the root. */
function writeFiles(files: Files, sink: EntrySink): void {
  const common = { uid: 0, gid: 0, seconds: 0, nanoseconds: 0, target: '', mode: 0o755 }
  const root: Entry = { ...common, path: '.', kind: 'directory', size: 0 }
  sink.entry(root)
  for (const [path, content] of Object.entries(files)) {
    sink.entry({ ...common, path, kind: 'file', size: content.length })
    if (content.length > 0) sink.content(content)
    sink.endFile()
  }
}
