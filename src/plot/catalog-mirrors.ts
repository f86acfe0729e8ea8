// Where a catalog says that wares of a module may be found.

import { whyNoAddressOf } from '../formula/checks.ts'
import {
  problemsOf,
  type Place,
  type ProblemLog,
  type Problems,
} from '../formula/problem-log.ts'
import { fieldsOf, itemsOf, membersOf, stringOf } from '../formula/shape.ts'
import { readableAddress } from '../formula/warpforge.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { readingCatalog } from './catalog.ts'
import { readDocument } from './read-document.ts'

/** `_mirrors.json` */
export interface CatalogMirrors {
  readonly byWare: ReadonlyMap<string, readonly Mirror[]>
  /** Name of a module to packtype to addresses, which may or may not hold a ware of the module. */
  readonly byModule: ReadonlyMap<string, ReadonlyMap<string, readonly Mirror[]>>
}

export interface Mirror {
  readonly url: string
  /** `file:line:col` */
  readonly where: string
}

export function readCatalogMirrors(
  text: string,
  file: string,
): { mirrors: CatalogMirrors } | { problems: Problems } {
  const opened = readDocument(text, file, {
    task: readingCatalog,
    name: 'a list of mirrors',
    capsule: 'catalogmirrors.v1',
    marks: ['byWare', 'byModule'],
  })
  if ('problems' in opened) return opened
  const { content, log } = opened
  const fields = fieldsOf(log, content, ['byWare', 'byModule'])
  const byWare = readLists(log, fields.get('byWare'))
  const modules = [...membersOf(log, fields.get('byModule'))]
  const byModule = new Map(modules.map(([name, place]) => [name, readLists(log, place)]))
  return problemsOf(log.found) ?? { mirrors: { byWare, byModule } }
}

function readLists(
  log: ProblemLog,
  place: Place | undefined,
): ReadonlyMap<string, readonly Mirror[]> {
  const lists = [...membersOf(log, place)].map(([key, list]) => {
    const mirrors = itemsOf(log, list).map((item) => ({
      url: stringOf(log, item) ?? '',
      where: log.locate(item.node.range.start),
    }))
    return [key, mirrors] as const
  })
  return new Map(lists)
}

export interface MirrorAddresses {
  /** All that are listed for the ware, then those for its module, each once and as it is read. */
  readonly addresses: readonly string[]
  /** Of addresses that cannot be used: where, and why. They do not keep from using the others. */
  readonly warnings: readonly string[]
}

export function addressesOf(
  mirrors: CatalogMirrors,
  module: string,
  wareId: WareId,
): MirrorAddresses {
  const listed = [
    ...(mirrors.byWare.get(formatWareId(wareId)) ?? []),
    ...(mirrors.byModule.get(module)?.get(wareId.packtype) ?? []),
  ]
  const addresses = new Set<string>()
  const warnings: string[] = []
  for (const { url, where } of listed) {
    const address = readableAddress(url)
    const why = whyNoAddressOf(wareId, address)
    if (why === undefined) addresses.add(address)
    else warnings.push(`${where}: ${why}`)
  }
  return { addresses: [...addresses], warnings }
}
