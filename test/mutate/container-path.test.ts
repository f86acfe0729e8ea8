import { expect, test } from 'vitest'
import { cleanPath, firstStep, isBelow } from '../../src/mutate/container-path.ts'

test.each([
  ['/usr/', '/usr'],
  ['//usr//lib/./x/', '/usr/lib/x'],
  ['/a/../b', '/b'],
  ['/../..', '/'],
  ['/', '/'],
  ['', '/'],
])('%j is %s', (path, clean) => {
  expect(cleanPath(path)).toBe(clean)
})

test('the first step of the root is none', () => {
  expect(firstStep('/')).toBeUndefined()
  expect(firstStep('/usr/lib')).toBe('usr')
})

test('a path is below itself and its ancestors, not below a longer name', () => {
  expect(isBelow('/a/b', '/a')).toBe(true)
  expect(isBelow('/a', '/a')).toBe(true)
  expect(isBelow('/ab', '/a')).toBe(false)
  expect(isBelow('/ab', '/')).toBe(true)
})
