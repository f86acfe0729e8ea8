import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeExpansion } from '../../src/mutate/escape-expansion.ts'

/** As k8s.io/kubernetes third_party/forked/golang/expansion does it, with no variable defined. */
function expand(input: string): string {
  let output = ''
  for (let i = 0; i < input.length; i++) {
    if (input[i] !== '$' || i + 1 >= input.length) {
      output += input[i] ?? ''
    } else if (input[i + 1] === '$') {
      output += '$'
      i++
    } else if (input[i + 1] === '(') {
      const end = input.indexOf(')', i + 2)
      if (end < 0) {
        output += '$('
        i++
      } else {
        output += `[expanded ${input.slice(i + 2, end)}]`
        i = end
      }
    } else {
      output += `$${input[i + 1] ?? ''}`
      i++
    }
  }
  return output
}

test.each([
  ['$(HOME)', '$$(HOME)'],
  ['$HOME', '$HOME'],
  ['kill $$', 'kill $$$$'],
  ['$$(x)', '$$$$(x)'],
  ['cost: 5$', 'cost: 5$'],
  ['no dollars', 'no dollars'],
])('%s is written %s', (text, escaped) => {
  expect(escapeExpansion(text)).toBe(escaped)
})

test('the kubelet gives every text back unchanged', () => {
  const text = fc
    .array(fc.constantFrom('$', '(', ')', 'A', ' '))
    .map((chars) => chars.join(''))
  fc.assert(
    fc.property(text, (original) => {
      expect(expand(escapeExpansion(original))).toBe(original)
    }),
    { numRuns: 2000 },
  )
})
