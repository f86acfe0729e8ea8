// Why no catalog has an item, and what was probably meant.

import { quote, type Problem } from '../errors.ts'
import {
  formatCatalogReference,
  type CatalogReference,
} from '../plot/catalog-reference.ts'
import { nearName } from '../plot/names.ts'

/** How far a catalog got. */
export interface Miss {
  readonly missing: 'module' | 'release' | 'file' | 'item'
  /** Names of what it has instead, or the path of the file. */
  readonly has: readonly string[]
}

const stages = ['module', 'release', 'file', 'item'] as const

/** The one that got furthest is what the user meant. */
export function explainMisses(
  reference: CatalogReference,
  catalogs: readonly string[],
  misses: readonly Miss[],
): Problem {
  const furthest = stages.findLast((stage) =>
    misses.some((miss) => miss.missing === stage),
  )
  const has = misses.flatMap((miss) => (miss.missing === furthest ? miss.has : []))
  const searched = `searched: ${listPaths(catalogs)}`
  const { module, release, item } = reference
  switch (furthest) {
    case undefined:
      return problemOf(reference, 'there is no catalog to look in', [
        'name one with --catalog, or keep one in .warpforge/catalog beside the plot or above',
      ])
    case 'module':
      return problemOf(
        reference,
        `no catalog has the module ${quote(module)}; ${searched}`,
      )
    case 'release': {
      const why = `${quote(module)} has no release ${quote(release)}; ${searched}`
      return problemOf(reference, why, hintsOf(release, has))
    }
    case 'file':
      return problemOf(
        reference,
        `the module lists the release, but without its file ${listPaths(has)}`,
        ['the catalog is not complete: fetch it again'],
      )
    case 'item': {
      const why = `the release ${quote(release)} of ${quote(module)} has no item ${quote(item)}; ${searched}`
      return problemOf(reference, why, hintsOf(item, has))
    }
  }
}

export function problemOf(
  reference: CatalogReference,
  why: string,
  hints: readonly string[] = [],
): Problem {
  const task = `find catalog:${formatCatalogReference(reference)}`
  return { code: 'formula-invalid', task, why, ...(hints.length > 0 && { hints }) }
}

const mostListed = 8

function hintsOf(name: string, has: readonly string[]): readonly string[] {
  const names = [...new Set(has)]
  const near = nearName(name, names)
  if (near !== undefined) return [`did you mean ${quote(near)}?`]
  if (names.length === 0) return []
  const more = names.length > mostListed ? `, and ${names.length - mostListed} more` : ''
  return [`there is ${names.slice(0, mostListed).map(quote).join(', ')}${more}`]
}

function listPaths(paths: readonly string[]): string {
  const more = paths.length > mostListed ? `, and ${paths.length - mostListed} more` : ''
  return `${paths.slice(0, mostListed).join(', ')}${more}`
}
