import fc from 'fast-check'
import { applyPatch } from 'rfc6902'
import { expect, test } from 'vitest'

import type { JsonValue } from '../../src/json.ts'
import { parseDocuments } from '../../src/manifest/parse-document.ts'
import type { PatchOperation } from '../../src/patch/operation.ts'
import { formatPointer } from '../../src/patch/pointer.ts'
import { drawPatch, newValue, printed } from './styled-manifest.ts'

const runs = { numRuns: Number(process.env['R2K8S_TEST_RUNS'] ?? 1000) }

const seeds = fc.array(
  fc.record({ where: fc.nat(200), what: fc.nat(200), value: newValue }),
  { minLength: 1, maxLength: 6 },
)

function applyByLibrary(value: JsonValue, operation: PatchOperation): JsonValue {
  // Not structuredClone: what several aliases share would stay shared, and be patched twice.
  const holder: unknown = { root: normal(value) }
  const [error] = applyPatch(holder, [{ ...operation, path: `/root${operation.path}` }])
  if (error) throw error
  // JSON goes in, so JSON comes out.
  return (holder as { root: JsonValue }).root
}

test('a document reads as the value it was printed from', () => {
  fc.assert(
    fc.property(printed, ({ text, value }) => {
      const [document] = parseDocuments(text)
      expect(document?.problems).toEqual([])
      expect(document?.value).toEqual(value)
    }),
    runs,
  )
})

test('an empty patch gives the same text', () => {
  fc.assert(
    fc.property(printed, ({ text }) => {
      expect(
        parseDocuments(text)
          .map((each) => each.splice([]).text)
          .join(''),
      ).toBe(text)
    }),
    runs,
  )
})

test('a spliced text reads as the patched value', () => {
  fc.assert(
    fc.property(printed, seeds, ({ text, value, json }, drawn) => {
      const patch = drawPatch(value, drawn, applyByLibrary)
      const wanted = patch.reduce(applyByLibrary, value)
      const spliced = parseDocuments(text)[0]?.splice(patch).text ?? ''
      const [document] = parseDocuments(spliced)
      expect({ spliced, problems: document?.problems }).toEqual({ spliced, problems: [] })
      expect(document?.value).toEqual(normal(wanted))
      if (json) expect(JSON.parse(spliced)).toEqual(normal(wanted))
    }),
    runs,
  )
})

/** JSON has no negative zero. */
function normal(value: JsonValue): unknown {
  return JSON.parse(JSON.stringify(value))
}

test('what only adds leaves every line and comment where it was', () => {
  fc.assert(
    fc.property(printed, newValue, fc.nat(200), ({ text, value, json }, added, where) => {
      fc.pre(!json && typeof value === 'object' && value !== null)
      const paths = Object.keys(value).flatMap((key) => {
        const child: unknown = Object.getOwnPropertyDescriptor(value, key)?.value
        const filled =
          typeof child === 'object' && child !== null && Object.keys(child).length > 0
        return filled && !Array.isArray(child)
          ? ['/new', formatPointer([key, 'new'])]
          : ['/new']
      })
      const path = paths[where % paths.length] ?? '/new'
      const spliced =
        parseDocuments(text)[0]?.splice([{ op: 'add', path, value: added }]).text ?? ''
      const comments = (each: string) => each.match(/# c\d+/g) ?? []
      expect(comments(spliced)).toEqual(comments(text))
      if (path === '/new' && !/^\ufeff?[{[]/m.test(text)) {
        const lines = spliced.split(/\r?\n/)
        const kept = text.split(/\r?\n/).filter((line) => lines.includes(line))
        expect(kept.join('\n')).toBe(text.split(/\r?\n/).join('\n'))
      }
    }),
    runs,
  )
})

const anchored = fc.record({
  base: fc.constantFrom('{x: 1, z: {w: 2}}', '\n  x: 1\n  z:\n    w: 2', '[1, 2]', './x'),
  uses: fc.array(
    fc.constantFrom(
      '*a',
      '[*a, 1]',
      '{p: *a}',
      '{<<: *a, q: 1}',
      '\n  <<: *a\n  q: 1',
      '{q: 1, x: 3, <<: *a}',
      '{<<: [*a, {z: 7}]}',
      '&c {r: *a}',
    ),
    { minLength: 1, maxLength: 4 },
  ),
})

test('a document with anchors reads as the patched value, too', () => {
  fc.assert(
    fc.property(anchored, seeds, ({ base, uses }, drawn) => {
      const text = `a: &a ${base}\n${uses.map((use, i) => `u${String(i)}: ${use} # u\n`.replace(/^(.*:) \n/, '$1\n')).join('')}`
      const [source] = parseDocuments(text)
      fc.pre(source !== undefined && source.problems.length === 0)
      const value = source.value
      const patch = drawPatch(value, drawn, applyByLibrary)
      const wanted = patch.reduce(applyByLibrary, value)
      const spliced = source.splice(patch).text
      const [document] = parseDocuments(spliced)
      expect({ spliced, problems: document?.problems }).toEqual({ spliced, problems: [] })
      expect(document?.value).toEqual(normal(wanted))
    }),
    runs,
  )
})
