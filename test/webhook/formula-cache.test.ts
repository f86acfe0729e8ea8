import { expect, test } from 'vitest'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { createFormulaCache } from '../../src/webhook/formula-cache.ts'
import { options } from '../mutate/formulas.ts'
import { formulaId as id, formulaObject as formula } from './formula-objects.ts'

function makeCache() {
  const read: string[] = []
  const { settings } = options()
  const cache = createFormulaCache({
    settings: () => settings,
    readYaml: readYamlText,
    onRead: (_, outcome) =>
      read.push('problems' in outcome ? outcome.problems[0].why : 'fine'),
  })
  return { cache, read }
}

test('nothing is ready before the list was read', () => {
  const { cache } = makeCache()
  expect(cache.isReady()).toBe(false)
  cache.listed([])
  expect(cache.isReady()).toBe(true)
})

test('a formula is found by namespace and name, and prepared once', () => {
  const { cache } = makeCache()
  cache.listed([formula('web')])
  expect(cache.get('shop', 'web')).toMatchObject({ formula: { id } })
  expect(cache.get('shop', 'web')).toBe(cache.get('shop', 'web'))
  expect(cache.get('other', 'web')).toBeUndefined()
})

test('one whose ID is not that of its source is refused with the reason', () => {
  const { cache, read } = makeCache()
  cache.listed([formula('web', { id: 'wrong' })])
  expect(cache.get('shop', 'web')).toMatchObject({
    unusable: { code: 'formula-invalid', why: expect.stringContaining(id) as string },
  })
  expect(read).toEqual([expect.stringContaining('"wrong"')])
})

test('what the watch brings is told to whoever waits for it', async () => {
  const { cache } = makeCache()
  cache.listed([])
  const waiting = cache.waitFor('shop', 'web', AbortSignal.timeout(5000))
  cache.changed('added', formula('web'))
  expect(await waiting).toBe(cache.get('shop', 'web'))
})

test('who waits in vain gets nothing when the time is over', async () => {
  const { cache } = makeCache()
  const over = new AbortController()
  const waiting = cache.waitFor('shop', 'web', over.signal)
  over.abort()
  expect(await waiting).toBeUndefined()
  expect(await cache.waitFor('shop', 'web', over.signal)).toBeUndefined()
})

test('changes of status do not have it read again; another object of the name does', () => {
  const { cache, read } = makeCache()
  cache.listed([formula('web')])
  cache.changed('modified', formula('web'))
  expect(read).toHaveLength(1)
  cache.changed('modified', formula('web', { uid: 'u2' }))
  expect(read).toHaveLength(2)
})

test('deleted ones are gone, also those that were deleted between two lists', () => {
  const { cache } = makeCache()
  cache.listed([formula('a'), formula('b'), formula('c')])
  cache.changed('deleted', formula('a'))
  cache.listed([formula('c')])
  expect(['a', 'b', 'c'].map((name) => cache.get('shop', name) !== undefined)).toEqual([
    false,
    false,
    true,
  ])
  expect(cache.size()).toBe(1)
})

test('new settings count from the next pod on', () => {
  let { settings } = options()
  const cache = createFormulaCache({ settings: () => settings, readYaml: readYamlText })
  cache.listed([formula('web')])
  const before = cache.get('shop', 'web')
  settings = { ...settings, warehouses: ['ca+https://more.example/'] }
  expect(cache.get('shop', 'web')).toBe(before)
  cache.forgetPrepared()
  expect(JSON.stringify(cache.get('shop', 'web'))).toContain('more.example')
})
