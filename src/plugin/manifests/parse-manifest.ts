// A manifest as the parts that may hold a formula reference, parsed one after the other, between
// bytes that nobody needs to read. A part is forgotten before the next one is parsed.

import { lineAndColumn } from '../../located.ts'
import type { Problem } from '../../errors.ts'
import { findCandidates, findFormulaObjects } from '../../manifest/find-candidates.ts'
import type { Candidate } from '../../manifest/find-candidates.ts'
import type { ManifestDocument } from '../../manifest/parse-document.ts'
import type { ManifestFile } from './manifest-files.ts'

export interface ParsedSegment {
  /** Byte offsets into the file. */
  readonly start: number
  readonly end: number
  /** Those that could be read; of the others there are problems. */
  readonly documents: readonly ManifestDocument[]
  readonly problems: readonly Problem[]
  /** The place of an offset into the text of the segment. */
  readonly place: (offset: number) => Place
}

/** Gives `file:line:col` when it is asked for, and holds on to nothing but numbers until then. */
export type Place = () => string

/** The parts that may hold a formula reference. */
export function parseManifest(file: ManifestFile): AsyncGenerator<ParsedSegment> {
  return parseSegments(file, findCandidates(file.bytes))
}

/** The parts that may hold a Formula object: looked for when a reference names one. */
export function parseFormulaObjects(file: ManifestFile): AsyncGenerator<ParsedSegment> {
  return parseSegments(file, findFormulaObjects(file.bytes))
}

async function* parseSegments(
  file: ManifestFile,
  candidates: Iterable<Candidate>,
): AsyncGenerator<ParsedSegment> {
  const lines = createLineCounter(file.bytes)
  for (const candidate of candidates) {
    // Loaded only now: a stream without any candidate never needs the YAML reader.
    const { parseDocuments } = await import('../../manifest/parse-document.ts')
    const { start, end, text, problem } = candidate
    const place = (offset: number): Place => {
      const { line, column } = lineAndColumn(text, offset)
      return () => `${file.name}:${lines.lineAt(start) + line - 1}:${column}`
    }
    const documents = problem === undefined ? parseDocuments(text) : []
    const found =
      problem === undefined ? documents.flatMap((each) => each.problems) : [problem]
    yield {
      start,
      end,
      documents: documents.filter((document) => document.problems.length === 0),
      problems: found.map(({ message, offset }) => ({
        code: 'manifest-invalid',
        task: 'read the manifest',
        why: message,
        where: place(offset)(),
      })),
      place,
    }
  }
}

interface LineCounter {
  /** 1-based line of a byte offset; cheap when the offsets asked for grow. */
  readonly lineAt: (offset: number) => number
}

function createLineCounter(bytes: Uint8Array): LineCounter {
  const newline = 0x0a
  let known = { offset: 0, line: 1 }
  return {
    lineAt: (offset) => {
      let { offset: at, line } = offset < known.offset ? { offset: 0, line: 1 } : known
      for (;;) {
        const next = bytes.indexOf(newline, at)
        if (next === -1 || next >= offset) break
        at = next + 1
        line++
      }
      known = { offset: at, line }
      return line
    },
  }
}
