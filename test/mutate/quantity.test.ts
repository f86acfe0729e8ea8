import { expect, test } from 'vitest'
import { formatQuantity, parseQuantity } from '../../src/mutate/quantity.ts'

test.each([
  ['1', '1'],
  ['1000m', '1'],
  ['0.5', '500m'],
  ['.5', '500m'],
  ['1.', '1'],
  ['1e3', '1000'],
  ['1E3', '1000'],
  ['1k', '1000'],
  ['100u', '1m'],
  ['1n', '1m'],
  ['0', '0'],
])('%s of CPU is %s', (text, printed) => {
  expect(formatQuantity(parseQuantity(text) ?? -1n, 'decimal')).toBe(printed)
})

test.each([
  ['64Mi', '64Mi'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['1M', '1000000'],
  ['2048', '2Ki'],
  ['0', '0'],
])('%s of memory is %s', (text, printed) => {
  expect(formatQuantity(parseQuantity(text) ?? -1n, 'binary')).toBe(printed)
})

test.each(['', '.', 'm', '1 Gi', '1gi', '1K', 'abc', '1e', '1Gim', '--1'])(
  '%j is no quantity',
  (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  },
)

test('a number of YAML is a quantity', () => {
  expect(parseQuantity(2)).toBe(parseQuantity('2'))
  expect(parseQuantity(1e21)).toBe(parseQuantity('1e21'))
})
