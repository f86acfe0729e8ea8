import { expect, test } from 'vitest'
import { readFormula } from '../../../src/formula/read-formula.ts'
import { readYamlText } from '../../../src/manifest/read-yaml-text.ts'
import { isSubdomain } from '../../../src/mutate/kubernetes-names.ts'
import { nameFormula } from '../../../src/plugin/push/formula-name.ts'
import { formulaOf, ware } from './workplace.ts'

function read(text: string) {
  const result = readFormula(text, 'x', readYamlText)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.formula
}

const formula = read(formulaOf())

test.each([
  ['web.formula', 'web'],
  ['deploy/Web_App.formula', 'web-app'],
  ['web.formula.json', 'web'],
  ['web.v1.2.yaml', 'web.v1.2'],
  ['-web-.-x-.yml', 'web.x'],
  ['a..b', 'a.b'],
  ['Bücher & Größe.formula', 'bucher-gro-e'],
  ['.formula', 'formula'],
  ['日本.formula', 'formula'],
  ['web', 'web'],
])('%s becomes %s', (file, stem) => {
  const name = nameFormula(file, formula)
  expect(name.slice(0, -9)).toBe(stem)
  expect(name.slice(-9)).toMatch(/^-[a-z2-7]{8}$/)
  expect(isSubdomain(name)).toBe(true)
})

test('a long name is cut so that an image reference can hold it', () => {
  const name = nameFormula(`${'a'.repeat(235)}.${'b'.repeat(100)}`, formula)
  expect(name).toHaveLength(244)
  expect(isSubdomain(name)).toBe(true)
})

test('the hash is that of the ID, whatever the file', () => {
  const hash = (file: string) => nameFormula(file, formula).slice(-8)
  expect(hash('a')).toBe(hash('b'))
})

/** Their IDs begin with the same bytes. */
test('Warpforge formulas have different hashes', () => {
  const warpforge = (program: string) =>
    read(
      JSON.stringify({
        formula: {
          'formula.v1': {
            inputs: { '/': `ware:tar:${ware.hash}` },
            action: { exec: { command: [program] } },
            outputs: {},
          },
        },
        context: { 'context.v1': { warehouses: {} } },
      }),
    )
  const names = ['/a', '/b', '/c'].map((program) =>
    nameFormula('web', warpforge(program)),
  )
  expect(new Set(names.map((name) => name.slice(4, 6))).size).toBeGreaterThan(1)
})
