// What `template` does: parse what may hold references, load their formulas, rewrite. Everything
// is done before anything is written: `template … | kubectl apply -f -` must never apply half of
// what it was given.

import { throwIfAny, type Problem } from '../../errors.ts'
import type { Ownership } from '../../mutate/settings.ts'
import { append } from '../append.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { chooseSettings } from './choose-settings.ts'
import { joinManifests } from '../manifests/join-manifests.ts'
import { openFormulaShelf } from './load-formulas.ts'
import { openIndexLoader } from '../ware-index/load-indexes.ts'
import { readManifests } from '../manifests/manifest-files.ts'
import { printJsonLines, printTable } from './report.ts'
import { createDocumentRewriter } from './rewrite-document.ts'
import { rewriteManifest, type RewrittenManifest } from '../manifests/rewrite-manifest.ts'
import { printWarnings } from '../manifests/warnings.ts'

export interface TemplateOptions {
  readonly files: readonly string[]
  readonly filename?: readonly string[]
  readonly recursive?: boolean
  readonly report?: 'table' | 'json'
  readonly settings?: string
  readonly agentImage?: string
  readonly baseImage?: string
  readonly ownership?: Ownership
  readonly source?: readonly string[]
  readonly index?: boolean
}

/** @throws R2k8sError with the problems of all manifests; stdout is empty then */
export async function template(
  options: TemplateOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const settings = await chooseSettings(options, io)
  const files = await readManifests(options, io)
  const objectProblems: Problem[] = []
  const readObjects = async () => {
    const { readFormulaObjects } = await import('./read-formula-objects.ts')
    const { objects, problems } = await readFormulaObjects(files)
    append(objectProblems, problems)
    return objects
  }
  const sources = options.source ?? []
  const everywhere = options.index === true
  const loader = openIndexLoader({ everywhere, sources, settings, io, terminal })
  const shelf = openFormulaShelf(readObjects, loader, io)
  const { version } = io
  const rewriteDocument = createDocumentRewriter(shelf, {
    settings,
    sources,
    version,
    paths: true,
  })
  const rewritten: RewrittenManifest[] = []
  try {
    for (const file of files) {
      rewritten.push(await rewriteManifest(file, rewriteDocument))
    }
  } finally {
    await loader.close()
  }
  throwIfAny([
    ...shelf.problems,
    ...objectProblems,
    ...loader.problems,
    ...rewritten.flatMap((each) => each.problems),
  ])

  const placed = rewritten.flatMap((each) => each.decisions)
  const notes = [...loader.notes, ...rewritten.flatMap((each) => each.notes)]
  // The table tells the notes of each container itself.
  printWarnings(options.report === 'table' ? [] : placed, notes, terminal)
  if (options.report === 'table') printTable(placed, terminal)
  if (options.report === 'json') printJsonLines(placed, terminal)
  joinManifests(rewritten.map((each) => each.pieces)).forEach(io.writeStdout)
}
