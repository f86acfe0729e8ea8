import { expect, test } from 'vitest'
import { readFormula } from '../../src/formula/read-formula.ts'
import { writeFormulaObject } from '../../src/formula/write-formula-object.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { createFormulaCache } from '../../src/webhook/formula-cache.ts'
import { formula as text } from '../plugin/samples.ts'
import { options } from '../mutate/formulas.ts'

test('pods ask the warehouses that were pushed with a formula first', () => {
  const { settings } = options()
  const cache = createFormulaCache({ settings: () => settings, readYaml: readYamlText })
  const read = readFormula(text, 'web.formula', readYamlText)
  if ('problems' in read) throw new Error('unreadable')
  const sources = ['ca+https://pushed.example']
  const content = { formula: read.formula, text, indexes: new Map(), sources }
  cache.listed([writeFormulaObject({ name: 'web', namespace: 'shop' }, content)])
  expect(cache.get('shop', 'web')).toMatchObject({
    wares: [{ from: ['ca+https://pushed.example', 'ca+https://wares.example/'] }],
  })
})
