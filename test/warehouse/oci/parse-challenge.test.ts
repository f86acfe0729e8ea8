import { expect, test } from 'vitest'
import { parseChallenges } from '../../../src/warehouse/oci/parse-challenge.ts'

test.each<[string, string, [string, Record<string, string>][]]>([
  ['one', 'Basic realm="a"', [['basic', { realm: 'a' }]]],
  [
    'one with commas in quotes',
    'Bearer realm="https://a/t",service="b, c",scope="repository:x:pull,push"',
    [
      [
        'bearer',
        { realm: 'https://a/t', service: 'b, c', scope: 'repository:x:pull,push' },
      ],
    ],
  ],
  [
    'two in one header',
    'Basic realm=a, Bearer realm="b", service=c',
    [
      ['basic', { realm: 'a' }],
      ['bearer', { realm: 'b', service: 'c' }],
    ],
  ],
  ['one without parameters', 'Negotiate', [['negotiate', {}]]],
  ['escaped quotes', 'Basic realm="a\\"b"', [['basic', { realm: 'a"b' }]]],
  ['names in capitals', 'BEARER REALM="a"', [['bearer', { realm: 'a' }]]],
  ['nothing', '', []],
  ['a quote without end', 'Bearer realm="a', [['bearer', {}]]],
  ['more than a server may send', `Bearer realm="${'a'.repeat(20_000)}"`, []],
])('reads %s', (_, header, expected) => {
  const found = parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ])
  expect(found).toEqual(expected)
})
