import { expect, test } from 'vitest'
import { readFormulaObject } from '../../src/formula/formula-object.ts'
import { writeFormulaObject } from '../../src/formula/write-formula-object.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { busybash, formulaOf, timeless } from './read.ts'

const text = timeless()
const formula = formulaOf(text)
const link = { name: 'lib', kind: 'link' as const, target: 'usr/lib' }
const index = {
  entries: [{ name: 'bin', kind: 'directory' as const }, link],
  size: 10,
  files: 2,
  strictDigest: 's1:abc',
  machine: 'arm64',
}

test('what is written is read as it was', () => {
  const indexes = new Map([[busybash, index]])
  const sources = ['ca+https://a.example']
  const metadata = { name: 'web', namespace: 'prod' }
  const object = writeFormulaObject(metadata, { formula, text, indexes, sources })
  const read = readFormulaObject(object, readYamlText)
  expect(read).toMatchObject({ object: { ...metadata, indexes, sources } })
  expect(read).toHaveProperty('object.formula.id', formula.id)
})

test('what is not known is left out', () => {
  const content = { formula, text, indexes: new Map(), sources: [] }
  expect(writeFormulaObject({ name: 'web' }, content)).toEqual({
    apiVersion: 'r2k8s.io/v1alpha1',
    kind: 'Formula',
    metadata: { name: 'web' },
    spec: { id: formula.id, dialect: 'timeless', source: text },
  })
})
