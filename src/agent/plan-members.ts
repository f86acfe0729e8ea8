// Members that both plans have: ware IDs, filters, warehouse addresses, as the core reads them.

import { quote } from '../errors.ts'
import type { FilterWords } from '../formula/formula.ts'
import { childPointer } from '../patch/pointer.ts'
import {
  isFilterName,
  readFilterWord,
  whyUnknownFilter,
  type FilterDirection,
} from '../ware/filters.ts'
import { parseWareId, type Packtype } from '../ware/ware-id.ts'
import { parseWarehouseAddress } from '../ware/warehouse-address.ts'
import { readList, readObject, readText, memberAt, type Place } from './shape.ts'

/** The packtype decides how addresses are read; without a ware ID they are read as for tar. */
export function readWareText(place: Place): { text: string; packtype: Packtype } {
  const text = readText(place)
  const parsed = parseWareId(text)
  if ('wareId' in parsed) return { text, packtype: parsed.wareId.packtype }
  place.report(place.pointer, parsed.why)
  return { text, packtype: 'tar' }
}

export function readAddresses(place: Place, packtype: Packtype): string[] {
  return readList(place, (item) => {
    const text = readText(item)
    const parsed = parseWarehouseAddress(text, packtype)
    if ('why' in parsed) item.report(item.pointer, parsed.why)
    return text
  })
}

/** Normalised words by name. */
export function readFilters(place: Place, direction: FilterDirection): FilterWords {
  const filters: Record<string, string> = {}
  for (const name of Object.keys(readObject(place, Object.keys(place.value ?? {})))) {
    const at = memberAt(place, name)
    if (!isFilterName(name)) {
      at.report(at.pointer, whyUnknownFilter(name))
      continue
    }
    const read = readFilterWord(name, readText(at), direction)
    if ('why' in read) at.report(at.pointer, read.why)
    else filters[name] = read.word
  }
  return filters
}

export function refuseRepeated(place: Place, texts: readonly string[]): void {
  const seen = new Set<string>()
  texts.forEach((text, i) => {
    if (seen.has(text)) {
      place.report(childPointer(place.pointer, i), `${quote(text)} is there twice`)
    }
    seen.add(text)
  })
}
