// What catalogs say of `module:release:item`: which ware it is, and where it may be found.

import { join } from 'node:path'
import type { Problems } from '../formula/problem-log.ts'
import { whyNoReference, type CatalogReference } from '../plot/catalog-reference.ts'
import {
  addressesOf,
  readCatalogMirrors,
  type MirrorAddresses,
} from '../plot/catalog-mirrors.ts'
import {
  readCatalogModule,
  readCatalogRelease,
  readingCatalog,
  wareOfItem,
} from '../plot/catalog.ts'
import type { WareId } from '../ware/ware-id.ts'
import { explainMisses, problemOf, type Miss } from './explain-misses.ts'
import { readCatalogFile } from './read-catalog-file.ts'

export interface FoundWare extends MirrorAddresses {
  readonly wareId: WareId
  /** The catalog that has it. */
  readonly catalog: string
}

/**
 * The first catalog that has the item decides. One that is broken is told, not passed over: what
 * the next one says may be another ware. Problems of the reference itself have no place: only who
 * has read it knows where it is written.
 * @param catalogs directories that hold modules: `<catalog>/foo.org/x/_module.json`
 */
export function lookUp(
  reference: CatalogReference,
  catalogs: readonly string[],
): FoundWare | { problems: Problems } {
  const invalid = whyNoReference(reference)
  if (invalid !== undefined) return { problems: [problemOf(reference, invalid)] }
  const misses: Miss[] = []
  for (const catalog of catalogs) {
    const looked = lookIn(catalog, reference)
    if (!('missing' in looked)) return looked
    misses.push(looked)
  }
  return { problems: [explainMisses(reference, catalogs, misses)] }
}

function lookIn(
  catalog: string,
  { module, release, item }: CatalogReference,
): FoundWare | Miss | { problems: Problems } {
  // No name of a module or release leads out of the catalog: `whyNoReference` has seen to it.
  const directory = join(catalog, ...module.split('/'))
  const listed = readWith(join(directory, '_module.json'), (text, file) =>
    readCatalogModule(text, file, module),
  )
  if (listed === undefined) return { missing: 'module', has: [] }
  if ('problems' in listed) return listed
  const { releases } = listed.module
  const cid = releases.get(release)
  if (cid === undefined) return { missing: 'release', has: [...releases.keys()] }

  const path = join(directory, '_releases', `${release}.json`)
  const read = readWith(path, (text, file) =>
    readCatalogRelease(text, file, { release, cid }),
  )
  if (read === undefined) return { missing: 'file', has: [path] }
  if ('problems' in read) return read
  const { items } = read.release
  const found = items.get(item)
  if (found === undefined) return { missing: 'item', has: [...items.keys()] }
  const ware = wareOfItem(found)
  if ('problems' in ware) return ware

  const mirrors = readWith(join(directory, '_mirrors.json'), readCatalogMirrors)
  const { wareId } = ware
  if (mirrors === undefined) return { wareId, addresses: [], warnings: [], catalog }
  if ('problems' in mirrors) return mirrors
  return { wareId, ...addressesOf(mirrors.mirrors, module, wareId), catalog }
}

function readWith<Document>(
  path: string,
  read: (text: string, file: string) => Document,
): Document | { problems: Problems } | undefined {
  const file = readCatalogFile(path)
  if (file === undefined || 'text' in file) return file && read(file.text, path)
  const { why } = file
  return {
    problems: [{ code: 'formula-invalid', task: readingCatalog, where: path, why }],
  }
}
