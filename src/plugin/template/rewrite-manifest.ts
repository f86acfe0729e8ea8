// One manifest → the pieces of the rewritten one: new text where a document was changed, views of
// the old bytes everywhere else.

import type { Problem } from '../../errors.ts'
import type { Piece } from './join-manifests.ts'
import type { ParsedManifest } from './parse-manifest.ts'
import type { PlacedDecision, PlacedNote } from './report.ts'
import type { DocumentRewriter } from './rewrite-document.ts'

export interface RewrittenManifest {
  readonly pieces: readonly Piece[]
  readonly decisions: readonly PlacedDecision[]
  readonly notes: readonly PlacedNote[]
  readonly problems: readonly Problem[]
}

export async function rewriteManifest(
  { file, segments, problems }: ParsedManifest,
  rewriteDocument: DocumentRewriter,
): Promise<RewrittenManifest> {
  const pieces: Piece[] = []
  const decisions: PlacedDecision[] = []
  const notes: PlacedNote[] = []
  const found = [...problems]
  let copied = 0
  for (const segment of segments) {
    const { directory } = file
    const documents = []
    for (const document of segment.documents) {
      documents.push(await rewriteDocument({ document, segment, directory }))
    }
    for (const document of documents) {
      decisions.push(...document.decisions)
      notes.push(...document.notes)
      found.push(...document.problems)
    }
    if (!documents.some((document) => document.isChanged)) continue
    pieces.push(file.bytes.subarray(copied, segment.start))
    pieces.push(...documents.map((document) => document.text))
    copied = segment.end
  }
  pieces.push(file.bytes.subarray(copied))
  return { pieces, decisions, notes, problems: found }
}
