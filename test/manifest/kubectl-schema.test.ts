import { expect, test } from 'vitest'

import { parseDocuments } from '../../src/manifest/parse-document.ts'
import { valueRows } from './scalar-rows.ts'

test.each(valueRows.map(([yaml, value]) => ({ yaml, value })))(
  'reads $yaml as kubectl does',
  ({ yaml, value }) => {
    const [document] = parseDocuments(`v: ${yaml}\n`)
    if (value === undefined) expect(document?.problems).not.toEqual([])
    else expect({ ...document }).toMatchObject({ problems: [], value: { v: value } })
  },
)

test('reads a value that is not there as null', () => {
  expect(parseDocuments('v:\nw: 1\n')[0]?.value).toEqual({ v: null, w: 1 })
})
