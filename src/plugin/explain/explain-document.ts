// One document: it is rewritten as `template` does it, and what came out is read as a pod is.

import { collectReferences } from '../../mutate/collect-references.ts'
import { mutateReferences, type MutateOptions } from '../../mutate/mutate.ts'
import {
  prepareFormula,
  type LoadedFormula,
  type PreparedFormula,
  type PrepareOptions,
  type UnusableFormula,
} from '../../mutate/prepared-formula.ts'
import { applyPatch } from '../../patch/apply-patch.ts'
import type { Problem } from '../../errors.ts'
import type { PlacedDocument } from '../manifests/rewrite-manifest.ts'
import { namespacesOf, type FormulaShelf } from '../template/load-formulas.ts'
import { explainTemplate } from './explain-template.ts'
import type { Explanation } from './model.ts'

export interface ExplainedDocument {
  readonly explanations: readonly Explanation[]
  readonly problems: readonly Problem[]
}

type RewriteOptions = MutateOptions & PrepareOptions

export function createDocumentExplainer(shelf: FormulaShelf, options: RewriteOptions) {
  const prepared = new Map<LoadedFormula, PreparedFormula>()

  function prepare(loaded: LoadedFormula): PreparedFormula {
    const known = prepared.get(loaded) ?? prepareFormula(loaded, options)
    prepared.set(loaded, known)
    return known
  }

  return async (placed: PlacedDocument): Promise<ExplainedDocument> => {
    const { document, segment, directory } = placed
    const { value } = document
    const references = collectReferences(value, options)
    const lookup = new Map<string, PreparedFormula | UnusableFormula>()
    const namespaces = namespacesOf(value)
    for (const container of references.flatMap((pod) => pod.containers)) {
      const found = await shelf.find({ container, directory, namespaces })
      if (found === undefined) continue
      lookup.set(container.image, 'unusable' in found ? found : prepare(found))
    }
    const { patch, decisions, problems } = mutateReferences(references, lookup, options)
    const place = (pointer: string) =>
      segment.place(document.offsetOf(pointer) ?? document.start)()
    const rewritten = applyPatch(value, patch)
    return {
      problems: problems.map((problem) =>
        problem.pointer === undefined
          ? problem
          : { ...problem, where: place(problem.pointer) },
      ),
      explanations:
        problems.length > 0
          ? []
          : references.flatMap((pod) =>
              explainTemplate(pod, { value, rewritten, decisions, lookup, place }),
            ),
    }
  }
}
