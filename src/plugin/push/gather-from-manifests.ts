// The formulas that manifests name by path, and the manifests with the names that these get in the
// cluster.

import { throwIfAny } from '../../errors.ts'
import { openFormulaFiles } from '../formula/formula-files.ts'
import type { Io } from '../io.ts'
import { joinManifests } from '../manifests/join-manifests.ts'
import { readManifests, type ManifestNames } from '../manifests/manifest-files.ts'
import { rewriteManifest, type RewrittenManifest } from '../manifests/rewrite-manifest.ts'
import type { Gathered, WantedFormula } from './gathered.ts'
import { createReferenceRewriter } from './reference-rewriter.ts'

/**
 * @param namespace of `-n`, which an object may not contradict
 * @throws R2k8sError with the problems of all manifests and formulas
 */
export async function gatherFromManifests(
  names: ManifestNames,
  namespace: string | undefined,
  io: Io,
): Promise<Gathered> {
  const wanted: WantedFormula[] = []
  const files = openFormulaFiles(io)
  const rewriteDocument = createReferenceRewriter({ files, namespace, wanted })
  const rewritten: RewrittenManifest[] = []
  for (const manifest of await readManifests(names, io)) {
    rewritten.push(await rewriteManifest(manifest, rewriteDocument))
  }
  throwIfAny([...files.problems, ...rewritten.flatMap((each) => each.problems)])
  return {
    wanted,
    decisions: rewritten.flatMap((each) => each.decisions),
    notes: rewritten.flatMap((each) => each.notes),
    printed: joinManifests(rewritten.map((each) => each.pieces)),
  }
}
