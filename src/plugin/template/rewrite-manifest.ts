// One manifest with its references resolved → the pieces of the rewritten one.

import type { Problem } from '../../errors.ts'
import { collectReferences } from '../../mutate/collect-references.ts'
import {
  mutateReferences,
  type MutateOptions,
  type Outcome,
} from '../../mutate/mutate.ts'
import {
  prepareFormula,
  type LoadedFormula,
  type PreparedFormula,
  type PrepareOptions,
  type UnusableFormula,
} from '../../mutate/prepared-formula.ts'
import type { ManifestDocument } from '../../manifest/parse-document.ts'
import type { Piece } from './join-manifests.ts'
import { namespacesOf, type FormulaShelf } from './load-formulas.ts'
import type { ParsedManifest, ParsedSegment } from './parse-manifest.ts'
import type { PlacedDecision, PlacedNote } from './report.ts'

export interface RewrittenManifest {
  /** Together the new text; what was not touched is a view of the old bytes. */
  readonly pieces: readonly Piece[]
  readonly decisions: readonly PlacedDecision[]
  readonly problems: readonly Problem[]
  /** Where something besides the changed lines had to be written anew. */
  readonly notes: readonly PlacedNote[]
}

export interface Rewriter {
  readonly rewrite: (manifest: ParsedManifest) => Promise<RewrittenManifest>
}

export function createRewriter(
  shelf: FormulaShelf,
  options: MutateOptions & PrepareOptions,
): Rewriter {
  const prepared = new Map<LoadedFormula, PreparedFormula>()
  const prepare = (loaded: LoadedFormula): PreparedFormula => {
    const known = prepared.get(loaded) ?? prepareFormula(loaded, options)
    prepared.set(loaded, known)
    return known
  }

  async function rewriteDocument(
    document: ManifestDocument,
    directory: string,
  ): Promise<{ outcome: Outcome; document: ManifestDocument }> {
    const { value } = document
    const lookup = new Map<string, PreparedFormula | UnusableFormula>()
    const namespaces = namespacesOf(value)
    const references = collectReferences(value, options)
    for (const { containers } of references) {
      for (const container of containers) {
        const loaded = await shelf.find({ container, directory, namespaces })
        if (loaded === undefined) continue
        const found = 'unusable' in loaded ? loaded : prepare(loaded)
        lookup.set(container.image, found)
      }
    }
    return { document, outcome: mutateReferences(references, lookup, options) }
  }

  return {
    rewrite: async ({ file, segments, problems }) => {
      const pieces: Piece[] = []
      const found = { decisions: [] as PlacedDecision[], problems: [...problems] }
      const notes: PlacedNote[] = []
      let end = 0
      for (const segment of segments) {
        const texts: string[] = []
        let changed = false
        for (const each of segment.documents) {
          const { document, outcome } = await rewriteDocument(each, file.directory)
          const told = placeOutcome(document, segment, outcome)
          found.decisions.push(...told.decisions)
          found.problems.push(...told.problems)
          const spliced = document.splice(outcome.patch)
          texts.push(spliced.text)
          changed ||= outcome.patch.length > 0
          for (const text of spliced.notes)
            notes.push({ where: () => segment.place(document.start), text })
        }
        if (!changed) continue
        pieces.push(file.bytes.subarray(end, segment.start), ...texts)
        end = segment.end
      }
      return { pieces: [...pieces, file.bytes.subarray(end)], notes, ...found }
    },
  }
}

/** JSON pointers become places in the file; what stands in a formula has its place already. */
function placeOutcome(
  document: ManifestDocument,
  segment: ParsedSegment,
  { decisions, problems }: Outcome,
): { decisions: PlacedDecision[]; problems: Problem[] } {
  const place = (pointer: string): string =>
    segment.place(document.offsetOf(pointer) ?? document.start)
  return {
    decisions: decisions.map((decision) => ({
      decision,
      where: () => place(decision.pointer),
    })),
    problems: problems.map((problem) =>
      problem.pointer === undefined
        ? problem
        : { ...problem, where: place(problem.pointer) },
    ),
  }
}
