// What would be made of manifests, without making it.

import { throwIfAny, type Problem } from '../../errors.ts'
import { append } from '../append.ts'
import type { Io } from '../io.ts'
import { readManifests, type ManifestFile } from '../manifests/manifest-files.ts'
import { parseManifest } from '../manifests/parse-manifest.ts'
import { printWarnings } from '../manifests/warnings.ts'
import { openFormulaShelf } from '../template/load-formulas.ts'
import { readFormulaObjects } from '../template/read-formula-objects.ts'
import type { Terminal } from '../terminal.ts'
import { openIndexLoader } from '../ware-index/load-indexes.ts'
import type { ExplainOptions } from './explain.ts'
import { openClusterShelf } from './cluster-shelf.ts'
import { createDocumentExplainer } from './explain-document.ts'
import { chooseManifestSettings } from './manifest-settings.ts'
import type { Explanation } from './model.ts'
import { openNearbyCluster, type NearbyCluster } from './nearby-cluster.ts'

export type ManifestOptions = ExplainOptions & { readonly filename: readonly string[] }

/** @throws R2k8sError with the problems of all manifests, as `template` tells them */
export async function explainManifests(
  options: ManifestOptions,
  io: Io,
  terminal: Terminal,
): Promise<readonly Explanation[]> {
  const files = await readManifests({ ...options, files: [] }, io)
  const cluster = openNearbyCluster({ flags: options, io, terminal })
  try {
    return await explainFiles(files, options, { cluster, io, terminal })
  } finally {
    await cluster.close()
  }
}

interface Surroundings {
  readonly cluster: NearbyCluster
  readonly io: Io
  readonly terminal: Terminal
}

async function explainFiles(
  files: readonly ManifestFile[],
  options: ManifestOptions,
  { cluster, io, terminal }: Surroundings,
): Promise<readonly Explanation[]> {
  const settings = await chooseManifestSettings(options, { cluster, io, terminal })
  const problems: Problem[] = []
  const sources = options.source ?? []
  const everywhere = options.index === true
  const loader = openIndexLoader({ everywhere, sources, settings, io, terminal })
  const offline = openFormulaShelf(() => objectsAmong(files, problems), loader, io)
  const shelf = openClusterShelf(offline, { cluster, loader, terminal })
  const explainDocument = createDocumentExplainer(shelf, {
    settings,
    sources,
    version: io.version,
    paths: true,
  })
  const explanations: Explanation[] = []
  try {
    for (const file of files) {
      for await (const segment of parseManifest(file)) {
        append(problems, segment.problems)
        for (const document of segment.documents) {
          const { directory } = file
          const explained = await explainDocument({ document, segment, directory })
          append(problems, explained.problems)
          append(explanations, explained.explanations)
        }
      }
    }
  } finally {
    await loader.close()
  }
  throwIfAny([...shelf.problems, ...loader.problems, ...problems])
  printWarnings([], loader.notes, terminal)
  if (explanations.length === 0) sayNothingFound(files, terminal)
  return explanations
}

async function objectsAmong(files: readonly ManifestFile[], problems: Problem[]) {
  const read = await readFormulaObjects(files)
  append(problems, read.problems)
  return read.objects
}

function sayNothingFound(files: readonly ManifestFile[], terminal: Terminal): void {
  const names = files.map(({ name }) => name).join(', ')
  terminal.say(
    `no image in ${names} is a formula reference: a path starts with "./", a name with "repeatr:0/"`,
  )
}
