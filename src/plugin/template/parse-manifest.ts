// A manifest as the parts that may hold a formula reference, parsed, between bytes that nobody
// needs to read.

import { lineAndColumn } from '../../located.ts'
import type { Problem } from '../../errors.ts'
import {
  findCandidates,
  findFormulaObjects,
  lineOfByte,
} from '../../manifest/find-candidates.ts'
import type { Candidate } from '../../manifest/find-candidates.ts'
import type { ManifestDocument } from '../../manifest/parse-document.ts'
import type { ManifestFile } from './manifest-files.ts'

export interface ParsedManifest {
  readonly file: ManifestFile
  readonly segments: readonly ParsedSegment[]
  readonly problems: readonly Problem[]
}

export interface ParsedSegment {
  /** Byte offsets into the file. */
  readonly start: number
  readonly end: number
  readonly documents: readonly ManifestDocument[]
  /** `file:line:col` of an offset into the text of the segment. */
  readonly place: (offset: number) => string
}

/** The parts that may hold a formula reference. */
export async function parseManifest(file: ManifestFile): Promise<ParsedManifest> {
  return await parseSegments(file, findCandidates(file.bytes))
}

/** The parts that may hold a Formula object: looked for when a reference names one. */
export async function parseFormulaObjects(file: ManifestFile): Promise<ParsedManifest> {
  return await parseSegments(file, findFormulaObjects(file.bytes))
}

async function parseSegments(
  file: ManifestFile,
  candidates: Iterable<Candidate>,
): Promise<ParsedManifest> {
  const segments: ParsedSegment[] = []
  const problems: Problem[] = []
  for (const candidate of candidates) {
    // Loaded only now: a stream without any candidate never needs the YAML reader.
    const { parseDocuments } = await import('../../manifest/parse-document.ts')
    const { start, end, text } = candidate
    const place = placeIn(file, candidate)
    const report = ({ message, offset }: { message: string; offset: number }): void => {
      const task = 'read the manifest'
      problems.push({
        code: 'manifest-invalid',
        task,
        why: message,
        where: place(offset),
      })
    }
    if (candidate.problem !== undefined) {
      report(candidate.problem)
      continue
    }
    const documents = parseDocuments(text)
    documents.flatMap((document) => document.problems).forEach(report)
    const sound = documents.filter((document) => document.problems.length === 0)
    segments.push({ start, end, documents: sound, place })
  }
  return { file, segments, problems }
}

function placeIn({ name, bytes }: ManifestFile, { start, text }: Candidate) {
  return (offset: number): string => {
    const { line, column } = lineAndColumn(text, offset)
    return `${name}:${lineOfByte(bytes, start) + line - 1}:${column}`
  }
}
