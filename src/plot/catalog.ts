// What a catalog keeps of a module: its releases, and the items of each.

import { quote } from '../errors.ts'
import {
  problemsOf,
  type Place,
  type ProblemLog,
  type Problems,
} from '../formula/problem-log.ts'
import { fieldsOf, membersOf, required, stringMapOf, stringOf } from '../formula/shape.ts'
import { warpforgeCid } from '../formula/warpforge-identity.ts'
import { parseWareId, type WareId } from '../ware/ware-id.ts'
import { readDocument } from './read-document.ts'

export const readingCatalog = 'read the catalog'

/** `_module.json` */
export interface CatalogModule {
  /** Name of a release to the CID of its document. */
  readonly releases: ReadonlyMap<string, string>
}

/** @param name of the module in whose directory the file is */
export function readCatalogModule(
  text: string,
  file: string,
  name: string,
): { module: CatalogModule } | { problems: Problems } {
  const opened = readDocument(text, file, {
    task: readingCatalog,
    name: 'a module of a catalog',
    capsule: 'catalogmodule.v1',
    marks: ['releases'],
  })
  if ('problems' in opened) return opened
  const { content, log } = opened
  const fields = fieldsOf(log, content, ['name', 'releases', 'metadata'])
  checkName(log, required(log, content, fields, 'name'), 'module', name)
  const releases = stringMapOf(log, required(log, content, fields, 'releases'))
  stringMapOf(log, required(log, content, fields, 'metadata'))
  return problemsOf(log.found) ?? { module: { releases } }
}

function checkName(
  log: ProblemLog,
  place: Place | undefined,
  what: string,
  name: string,
): void {
  const found = stringOf(log, place)
  if (place === undefined || found === undefined || found === name) return
  log.report(place, `is the ${what} ${quote(found)}, where ${quote(name)} should be`)
}

/** `_releases/<release>.json` */
export interface CatalogRelease {
  readonly items: ReadonlyMap<string, CatalogItem>
}

export interface CatalogItem {
  /** A ware ID without `ware:`, as written. */
  readonly ware: string
  /** `file:line:col` */
  readonly where: string
}

/** @param expected what the module says of it: nothing else than the release with this CID will do */
export function readCatalogRelease(
  text: string,
  file: string,
  expected: { readonly release: string; readonly cid: string },
): { release: CatalogRelease } | { problems: Problems } {
  const opened = readDocument(text, file, {
    task: readingCatalog,
    name: 'a release of a catalog',
    capsule: undefined,
    marks: [],
  })
  if ('problems' in opened) return opened
  const { content, log } = opened
  const fields = fieldsOf(log, content, ['releaseName', 'items', 'metadata'])
  const name = required(log, content, fields, 'releaseName')
  checkName(log, name, 'release', expected.release)
  const items = [...membersOf(log, required(log, content, fields, 'items'))].map(
    ([label, place]) => {
      const ware = stringOf(log, place) ?? ''
      return [label, { ware, where: log.locate(place.node.range.start) }] as const
    },
  )
  stringMapOf(log, required(log, content, fields, 'metadata'))
  const cid = log.found.length > 0 ? expected.cid : warpforgeCid(content.node)
  if (cid !== expected.cid) {
    const claim = `the module lists it with the CID ${quoteCid(expected.cid)}`
    log.report(content, `${claim}, but it has ${quoteCid(cid)}`, [
      'it was changed, or the module was: fetch the catalog again',
    ])
  }
  return problemsOf(log.found) ?? { release: { items: new Map(items) } }
}

/** Longer than what `quote` keeps, and of no use when cut. */
function quoteCid(cid: string): string {
  return /^[A-Za-z0-9]{1,100}$/.test(cid) ? cid : quote(cid)
}

export function wareOfItem(
  item: CatalogItem,
): { wareId: WareId } | { problems: Problems } {
  const parsed = parseWareId(item.ware)
  if ('wareId' in parsed && parsed.wareId.space !== 'legacy') return parsed
  const why =
    'why' in parsed
      ? parsed.why
      : `${quote(item.ware)} is a hash of the legacy hash space; Warpforge cannot name it`
  const { where } = item
  return { problems: [{ code: 'formula-invalid', task: readingCatalog, why, where }] }
}
