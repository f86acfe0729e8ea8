import { expect, test } from 'vitest'
import { readFormulaObject } from '../../src/formula/formula-object.ts'
import type { JsonObject } from '../../src/json.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { busybash, formulaOf, timeless } from './read.ts'

const source = timeless()
const index = { entries: [{ name: 'bin', kind: 'directory' }], size: 10, files: 2 }

function object(
  spec: JsonObject = {},
  metadata: JsonObject = { name: 'web', namespace: 'prod' },
) {
  return {
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    metadata,
    spec: {
      id: formulaOf(source).id,
      dialect: 'timeless',
      source,
      wares: { [busybash]: index },
      pod: { later: true },
      ...spec,
    },
  }
}

test('a Formula is read with the indexes of its wares', () => {
  const read = readFormulaObject(object(), readYamlText)
  expect(read).toMatchObject({ object: { name: 'web', namespace: 'prod' } })
  if ('problems' in read) throw new Error('unreadable')
  expect(read.object.formula.id).toBe(formulaOf(source).id)
  expect(read.object.indexes).toEqual(new Map([[busybash, index]]))
})

test('namespace and wares may be absent', () => {
  const { id, dialect } = formulaOf(source)
  const bare = { ...object({}, { name: 'web' }), spec: { id, dialect, source } }
  expect(readFormulaObject(bare, readYamlText)).toMatchObject({
    object: { namespace: undefined, indexes: new Map() },
  })
})

test.each([
  ['another ID', object({ id: formulaOf(source).rawId }), '/spec/id'],
  ['another dialect', object({ dialect: 'legacy' }), '/spec/dialect'],
  ['no source', object({ source: null }), '/spec/source'],
  ['no name', object({}, {}), '/metadata/name'],
  ['another kind', { ...object(), kind: 'Formulae' }, '/apiVersion'],
  ['a ware that is none', object({ wares: { 'tar:x': index } }), '/spec/wares'],
  ['a list of wares', object({ wares: [] }), '/spec/wares'],
  [
    'a bad index',
    object({ wares: { [busybash]: { ...index, size: -1 } } }),
    `/spec/wares/${busybash}/size`,
  ],
  [
    'a source that is no formula',
    object({ source: '{"formula":' }),
    'Formula/prod/web:1:12',
  ],
])('a Formula with %s is refused', (_, value, place) => {
  const read = readFormulaObject(value, readYamlText)
  expect(
    'problems' in read && read.problems.map((each) => each.where ?? each.pointer),
  ).toEqual([place])
})

test('what is no object at all is refused', () => {
  expect(readFormulaObject(null, readYamlText)).toHaveProperty('problems')
})

test('warehouses that came with it are read, and checked', () => {
  const warehouses = ['ca+https://a.example', 'https://git.example/web.git']
  expect(readFormulaObject(object({ warehouses }), readYamlText)).toMatchObject({
    object: { sources: warehouses },
  })
  expect(readFormulaObject(object(), readYamlText)).toMatchObject({
    object: { sources: [] },
  })
})

test.each([
  ['no list', 'ca+https://a.example', '/spec/warehouses'],
  ['no addresses', [1], '/spec/warehouses'],
  ['a path', ['ca+https://a.example', '/srv'], '/spec/warehouses/1'],
  ['a secret', ['ca+https://me:hunter2@a.example'], '/spec/warehouses/0'],
])('warehouses that are %s are refused', (_, warehouses, pointer) => {
  const read = readFormulaObject(object({ warehouses }), readYamlText)
  expect(read).toMatchObject({ problems: [{ pointer }] })
  expect(JSON.stringify(read)).not.toContain('hunter2')
})
