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
    later: (run) => {
      run()
    },
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

test('what nobody asks for is read in its turn, what is asked for at once', () => {
  const { settings } = options()
  const turns: (() => void)[] = []
  const read: string[] = []
  const cache = createFormulaCache({
    settings: () => settings,
    readYaml: readYamlText,
    later: (run) => turns.push(run),
    onRead: ({ metadata }) => read.push(JSON.stringify(metadata)),
  })
  cache.listed([formula('one'), formula('two'), formula('three')])
  expect(cache.isReady()).toBe(true)
  expect(read).toEqual([])
  expect(cache.get('shop', 'two')).toMatchObject({ formula: { id } })
  expect(read).toHaveLength(1)
  while (turns.length > 0) turns.shift()?.()
  expect(read).toHaveLength(3)
})

test('a namespace that would fill the memory gets no further, others do', () => {
  const { cache, read } = makeCache()
  const large = (name: string, namespace: string) => {
    const object = formula(name)
    const spec = { ...(object['spec'] as object), wares: { padding: 'x'.repeat(1e6) } }
    return { ...object, metadata: { namespace, name, uid: name, generation: 1 }, spec }
  }
  cache.listed(Array.from({ length: 15 }, (_, i) => large(`large-${i}`, 'greedy')))
  cache.changed('added', formula('web'))
  expect(read).toContain('those of its namespace have more than 12 MiB together')
  expect(cache.get('greedy', 'large-14')).toMatchObject({
    unusable: { code: 'formula-invalid' },
  })
  expect(cache.get('shop', 'web')).toMatchObject({ formula: { id } })
})

test('a formula that is broken everywhere is told of in a few words', () => {
  const { cache } = makeCache()
  const source = '  a:\n'.repeat(50_000)
  const object = formula('broken')
  cache.changed('added', {
    ...object,
    spec: { ...(object['spec'] as object), source },
  })
  const found = cache.get('shop', 'broken')
  expect(JSON.stringify(found).length).toBeLessThan(12_000)
})
