import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatPointer, parsePointer } from '../../src/patch/pointer.ts'

test('the root is the empty pointer', () => {
  expect(formatPointer([])).toBe('')
  expect(parsePointer('')).toEqual([])
})

test.each([
  [['metadata', 'annotations', 'a/b'], '/metadata/annotations/a~1b'],
  [['m~n'], '/m~0n'],
  [['~1'], '/~01'],
  [['spec', 'containers', 0], '/spec/containers/0'],
  [[''], '/'],
])('%j is written %s', (path, pointer) => {
  expect(formatPointer(path)).toBe(pointer)
})

test('what is written reads back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (path) => {
      expect(parsePointer(formatPointer(path))).toEqual(path)
    }),
  )
})
