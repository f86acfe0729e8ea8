import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatFormulaReference,
  parseFormulaReference,
} from '../../src/mutate/formula-reference.ts'

const timelessId = 'AteQchZcX1WATj4rnwsmDf4Gqhe6To4CWLj4j8Ghdjd3Ab4DJ7Abk2tuBfG96jruT'

describe('a formula reference', () => {
  test.each([
    ['repeatr:0/web', 'web', undefined],
    [`repeatr:0/web:${timelessId}`, 'web', timelessId],
    ['repeatr:0/a-b.c--d:z6M5', 'a-b.c--d', 'z6M5'],
    ['repeatr:0/ab', 'ab', undefined],
    [`repeatr:0/${'a'.repeat(245)}`, 'a'.repeat(245), undefined],
  ])('%s names a formula', (image, name, formulaId) => {
    expect(parseFormulaReference(image)).toEqual({ kind: 'named', name, formulaId })
  })

  test.each(['./x.formula', '../deploy/x.formula', './a b/x'])(
    '%s is a path',
    (image) => {
      expect(parseFormulaReference(image)).toEqual({ kind: 'path', path: image })
    },
  )

  test.each([
    ['repeatr:0/a', 'fewer than 2'],
    ['repeatr:0/', 'fewer than 2'],
    [`repeatr:0/${'a'.repeat(246)}`, 'more than 245'],
    ['repeatr:0/Web', 'DNS subdomain'],
    ['repeatr:0/a..b', 'DNS subdomain'],
    ['repeatr:0/-a', 'DNS subdomain'],
    ['repeatr:0/a/b', 'a "/"'],
    ['repeatr:0/web@sha256:00', 'digest'],
    ['repeatr:0/web:latest', '"latest"'],
    ['repeatr:0/web:', 'no formula ID'],
    ['repeatr:0/web:-x', 'no formula ID'],
    [`repeatr:0/web:${'x'.repeat(129)}`, 'no formula ID'],
    ['repeatr:0/web:a:b', 'no formula ID'],
  ])('%s is malformed', (image, why) => {
    const reference = parseFormulaReference(image)
    expect(reference?.kind).toBe('malformed')
    expect(reference).toHaveProperty('why', expect.stringContaining(why))
  })

  test.each([
    'repeatr/x',
    'example.com/repeatr:0/x',
    'nginx',
    '',
    'x.formula.v2',
    '.hidden',
  ])('%j is an ordinary image', (image) => {
    expect(parseFormulaReference(image)).toBeUndefined()
  })
})

test.each(['x.formula', '/x.formula', 'repeatr:1/x', 'repeatr:latest'])(
  '%s looks like a formula reference, and is none',
  (image) => {
    expect(parseFormulaReference(image)).toEqual({ kind: 'nearly' })
  },
)

/** github.com/distribution/reference, the parts that a reference of ours can hold. */
const distribution =
  /^[a-z0-9]+(?:[._-][a-z0-9]+)*:[0-9]+\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?::[\w][\w.-]{0,127})?$/i

test('every accepted reference is one that registries and policy engines can parse', () => {
  const name = fc.stringMatching(/^[a-z0-9.-]{2,40}$/)
  const id = fc.option(fc.stringMatching(/^[A-Za-z0-9_.-]{1,66}$/), { nil: undefined })
  fc.assert(
    fc.property(name, id, (formula, formulaId) => {
      const image = formatFormulaReference(formula, formulaId)
      if (parseFormulaReference(image)?.kind !== 'named') return
      expect(image).toMatch(distribution)
    }),
  )
})

test('what is formatted parses back', () => {
  expect(parseFormulaReference(formatFormulaReference('web', timelessId))).toEqual({
    kind: 'named',
    name: 'web',
    formulaId: timelessId,
  })
})
