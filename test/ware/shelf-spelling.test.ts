import { expect, test } from 'vitest'
import { spellAsShelf } from '../../src/ware/shelf-spelling.ts'
import { parseWarehouseAddress } from '../../src/ware/warehouse-address.ts'

test.each([
  ['http://10.99.1.2:8080', 'ca+http://10.99.1.2:8080'],
  ['https://h/', 'ca+https://h'],
  ['https://h/team/wares/', 'ca+https://h/team/wares'],
  ['https://h/v1.2', 'ca+https://h/v1.2'],
])('%s may be meant as %s', (text, shelf) => {
  expect(spelling(text)).toBe(shelf)
})

test.each([
  'http://h/app.tgz',
  'http://h/app.tar.zst',
  'http://h/get?name=app',
  'ca+http://h/wares',
  'http+ca://h/wares',
  's3://bucket/wares',
  'file:///srv/wares',
])('%s means what it says', (text) => {
  expect(spelling(text)).toBeUndefined()
})

function spelling(text: string): string | undefined {
  const parsed = parseWarehouseAddress(text, 'tar')
  if ('why' in parsed) throw new Error(parsed.why)
  return spellAsShelf(parsed.address)
}
