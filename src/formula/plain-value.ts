// A located value without its places, to be written again.

import type { JsonValue } from '../json.ts'
import type { Located } from '../located.ts'

export function plainValue(located: Located): JsonValue {
  switch (located.kind) {
    case 'object':
      return Object.fromEntries(
        located.members.map(({ key, value }) => [key, plainValue(value)]),
      )
    case 'array':
      return located.items.map(plainValue)
    case 'scalar': {
      const { value, text } = located
      // A hash of digits, or a time: what the YAML reader takes for a number may be meant as it is written.
      return typeof value === 'number' && String(value) !== text ? text : value
    }
  }
}
