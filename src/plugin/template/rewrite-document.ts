// One document: its references are resolved, it is mutated, and what was decided gets its place in
// the file.

import { collectReferences, type PodReferences } from '../../mutate/collect-references.ts'
import { noteSentence } from '../../mutate/decisions.ts'
import { misplacedAnnotations } from '../../mutate/misplaced-annotations.ts'
import { mutateReferences, type MutateOptions } from '../../mutate/mutate.ts'
import { prepareFormula } from '../../mutate/prepared-formula.ts'
import type {
  FormulaLookup,
  LoadedFormula,
  PreparedFormula,
  PrepareOptions,
  UnusableFormula,
} from '../../mutate/prepared-formula.ts'
import { namespacesOf, type FormulaShelf } from './load-formulas.ts'
import type { Place } from '../manifests/parse-manifest.ts'
import type { DocumentRewriter, PlacedDocument } from '../manifests/rewrite-manifest.ts'

export function createDocumentRewriter(
  shelf: FormulaShelf,
  options: MutateOptions & PrepareOptions,
): DocumentRewriter {
  const prepared = new Map<LoadedFormula, PreparedFormula>()

  function prepare(loaded: LoadedFormula): PreparedFormula {
    const known = prepared.get(loaded) ?? prepareFormula(loaded, options)
    prepared.set(loaded, known)
    return known
  }

  async function lookUp(
    references: readonly PodReferences[],
    { document, directory }: PlacedDocument,
  ): Promise<FormulaLookup> {
    const lookup = new Map<string, PreparedFormula | UnusableFormula>()
    const namespaces = namespacesOf(document.value)
    for (const container of references.flatMap((pod) => pod.containers)) {
      const found = await shelf.find({ container, directory, namespaces })
      if (found === undefined) continue
      lookup.set(container.image, 'unusable' in found ? found : prepare(found))
    }
    return lookup
  }

  return async (placed) => {
    const { document, segment } = placed
    const references = collectReferences(document.value, options)
    const lookup = await lookUp(references, placed)
    const outcome = mutateReferences(references, lookup, options)
    const spliced = document.splice(outcome.patch)
    const place = (pointer: string): Place =>
      segment.place(document.offsetOf(pointer) ?? document.start)
    const start = segment.place(document.start)
    const notes = [
      ...spliced.notes,
      ...references
        .flatMap((pod) => misplacedAnnotations(document.value, pod))
        .map(noteSentence),
    ]
    return {
      text: spliced.text,
      isChanged: outcome.patch.length > 0,
      decisions: outcome.decisions.map((decision) => ({
        decision,
        where: place(decision.pointer),
      })),
      notes: notes.map((text) => ({ text, where: start })),
      // What stands in a formula has its place already.
      problems: outcome.problems.map((problem) =>
        problem.pointer === undefined
          ? problem
          : { ...problem, where: place(problem.pointer)() },
      ),
    }
  }
}
