// One manifest → the pieces of the rewritten one: new text where a document was changed, views of
// the old bytes everywhere else.

import type { Problem } from '../../errors.ts'
import type { ManifestDocument } from '../../manifest/parse-document.ts'
import { append } from '../append.ts'
import type { Piece } from './join-manifests.ts'
import type { ManifestFile } from './manifest-files.ts'
import { parseManifest, type ParsedSegment } from './parse-manifest.ts'
import type { PlacedDecision, PlacedNote } from './warnings.ts'

export interface RewrittenManifest {
  readonly pieces: readonly Piece[]
  readonly decisions: readonly PlacedDecision[]
  readonly notes: readonly PlacedNote[]
  readonly problems: readonly Problem[]
}

export interface RewrittenDocument {
  readonly text: string
  readonly isChanged: boolean
  readonly decisions: readonly PlacedDecision[]
  readonly notes: readonly PlacedNote[]
  readonly problems: readonly Problem[]
}

export interface PlacedDocument {
  readonly document: ManifestDocument
  /** Where its text stands. */
  readonly segment: ParsedSegment
  /** Where the paths of its formulas start. */
  readonly directory: string
}

export type DocumentRewriter = (placed: PlacedDocument) => Promise<RewrittenDocument>

export async function rewriteManifest(
  file: ManifestFile,
  rewriteDocument: DocumentRewriter,
): Promise<RewrittenManifest> {
  const pieces: Piece[] = []
  const decisions: PlacedDecision[] = []
  const notes: PlacedNote[] = []
  const problems: Problem[] = []
  const { directory } = file
  let copied = 0
  for await (const segment of parseManifest(file)) {
    append(problems, segment.problems)
    const texts: string[] = []
    let isChanged = false
    for (const document of segment.documents) {
      const rewritten = await rewriteDocument({ document, segment, directory })
      append(decisions, rewritten.decisions)
      append(notes, rewritten.notes)
      append(problems, rewritten.problems)
      texts.push(rewritten.text)
      isChanged ||= rewritten.isChanged
    }
    if (!isChanged) continue
    pieces.push(file.bytes.subarray(copied, segment.start), ...texts)
    copied = segment.end
  }
  pieces.push(file.bytes.subarray(copied))
  return { pieces, decisions, notes, problems }
}
