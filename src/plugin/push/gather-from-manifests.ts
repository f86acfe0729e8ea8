// The formulas that manifests name by path, and the manifests with the names that these get in the
// cluster.

import { quote, R2k8sError, throwIfAny } from '../../errors.ts'
import { openFormulaFiles } from '../formula/formula-files.ts'
import type { Io } from '../io.ts'
import { joinManifests } from '../manifests/join-manifests.ts'
import {
  readManifests,
  type ManifestFile,
  type ManifestNames,
} from '../manifests/manifest-files.ts'
import { rewriteManifest, type RewrittenManifest } from '../manifests/rewrite-manifest.ts'
import { checkName } from './check-name.ts'
import type { Gathered, WantedFormula } from './gathered.ts'
import { createReferenceRewriter } from './reference-rewriter.ts'

export interface Naming {
  /** Of `-n`, which an object may not contradict. */
  readonly namespace: string | undefined
  /** Of `--name`, for the one formula that there is. */
  readonly name: string | undefined
}

/** @throws R2k8sError with the problems of all manifests and formulas */
export async function gatherFromManifests(
  names: ManifestNames,
  naming: Naming,
  io: Io,
): Promise<Gathered> {
  if (naming.name !== undefined) checkName(naming.name)
  const wanted: WantedFormula[] = []
  const files = openFormulaFiles(io)
  const rewriteDocument = createReferenceRewriter({ ...naming, files, wanted })
  const manifests = await readManifests(names, io)
  const rewritten: RewrittenManifest[] = []
  for (const manifest of manifests) {
    rewritten.push(await rewriteManifest(manifest, rewriteDocument))
  }
  throwIfAny([...files.problems, ...rewritten.flatMap((each) => each.problems)])
  if (naming.name !== undefined) checkThatOne(wanted)
  return {
    wanted,
    decisions: rewritten.flatMap((each) => each.decisions),
    notes: rewritten.flatMap((each) => each.notes),
    printed: joinManifests(rewritten.map((each) => each.pieces)),
    remarks: wanted.length === 0 ? [whyNothing(manifests)] : [],
  }
}

function checkThatOne(wanted: readonly WantedFormula[]): void {
  const files = [...new Set(wanted.map(({ file }) => file.file))]
  if (files.length === 1) return
  const told = files.length === 0 ? 'none by its path' : files.map(quote).join(' and ')
  const why = `--name is for one formula, and the manifests name ${told}`
  const hints = ['without --name, each is named after its file and its hash']
  throw new R2k8sError([{ code: 'usage', task: 'push formulas', why, hints }])
}

function whyNothing(manifests: readonly ManifestFile[]): string {
  const isEmpty = manifests.every(({ bytes }) => bytes.every(isBlank))
  return isEmpty
    ? 'nothing is pushed: there is nothing in the manifests'
    : 'nothing is pushed: no container names a formula by its path, as "image: ./web.formula"'
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
