// A result for programs: `-o json` and `-o yaml`, as kubectl writes them.

import type { JsonValue } from '../json.ts'
import { emitBlock, emitJsonLines } from '../manifest/emit.ts'

export type OutputForm = 'json' | 'yaml'

export function printValue(value: JsonValue, form: OutputForm): string {
  return form === 'json'
    ? `${emitJsonLines(value, '', '  ')}\n`
    : `${emitBlock(value, { step: 2, listOffset: 0 }).join('\n')}\n`
}
