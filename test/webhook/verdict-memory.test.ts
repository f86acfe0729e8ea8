import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import type { Verdict } from '../../src/webhook/admission-review.ts'
import type { FormulaSource } from '../../src/webhook/formula-source.ts'
import { readReview } from '../../src/webhook/read-review.ts'
import { recall } from '../../src/webhook/recall.ts'
import { reviewPod, type ReviewDeps } from '../../src/webhook/review-pod.ts'
import { createVerdictMemory } from '../../src/webhook/verdict-memory.ts'
import type { VerdictMemory } from '../../src/webhook/verdict-memory.ts'
import { createDice } from '../dice.ts'
import { formula, loaded, options } from '../mutate/formulas.ts'
import { pod } from '../mutate/pods.ts'
import { reviewBody, withToken } from './reviews.ts'

const prepare = (of = formula()) =>
  prepareFormula(loaded(of), { settings: options().settings, sources: [] })

/** One formula for each namespace, until they are changed. */
function deps(get: FormulaSource['get'] = cacheOf(prepare())): ReviewDeps {
  const { settings } = options()
  const formulas = {
    isReady: () => true,
    get,
    waitFor: () => Promise.resolve(undefined),
  }
  const onBug = (bug: unknown) => {
    throw bug
  }
  return { formulas, settings: () => settings, version: 'test', deadline: 10, onBug }
}

function cacheOf(prepared: ReturnType<typeof prepare>): FormulaSource['get'] {
  return (_namespace, name) => (name === 'web' ? prepared : undefined)
}

async function ask(memory: VerdictMemory, body: Buffer, how = deps()): Promise<Verdict> {
  const review = readReview(body, memory)
  if ('why' in review) throw new Error(review.why)
  return await reviewPod(review, how, memory)
}

/** Whether the answer is one that was given before; it is the right one in any case. */
async function isRepeated(
  memory: VerdictMemory,
  body: Buffer,
  how: ReviewDeps,
): Promise<boolean> {
  const review = readReview(body, memory)
  if ('why' in review) throw new Error(review.why)
  const now = { settings: how.settings(), formulas: how.formulas }
  const known = recall(review.remembered, review.request, now)
  const answer = await ask(memory, body, how)
  expect(answer).toEqual(await ask(createVerdictMemory(), body, how))
  return known !== undefined
}

async function remembering(object: JsonObject, how: ReviewDeps): Promise<VerdictMemory> {
  const memory = createVerdictMemory()
  await ask(memory, reviewBody(object), how)
  await ask(memory, reviewBody(object), how)
  return memory
}

const tokenA = 'kube-api-access-bcdfg'
const tokenB = 'kube-api-access-xz249'

describe('a verdict', () => {
  test('is repeated from the third pod of its kind on', async () => {
    const how = deps()
    const memory = createVerdictMemory()
    const body = reviewBody(pod())
    await ask(memory, body, how)
    const second = await ask(memory, body, how)
    expect(await ask(memory, body, how)).toBe(second)
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['name and labels', pod(), { ...pod(), metadata: { name: 'b', labels: { a: 'b' } } }],
    ['the drawn name of the token', withToken(pod(), tokenA), withToken(pod(), tokenB)],
    [
      'annotations of others',
      pod({}, {}, { 'batch.kubernetes.io/job-completion-index': '1' }),
      pod({}, {}, { 'batch.kubernetes.io/job-completion-index': '2', a: 'b' }),
    ],
  ])('holds for pods that differ in %s alone', async (_, first, other) => {
    const how = deps()
    const memory = await remembering(first, how)
    expect(await isRepeated(memory, reviewBody(other), how)).toBe(true)
  })

  test.each<[string, JsonObject]>([
    ['another spec', pod({ workingDir: '/x' })],
    ['other annotations', pod({}, {}, { 'r2k8s.io/ownership': 'keep' })],
    ['annotations where there were none', pod({}, {}, {})],
    ['a token', withToken(pod(), tokenA)],
    ['a volume that is named like one', withToken(pod(), 'kube-api-access-other')],
  ])('does not hold for %s', async (_, object) => {
    const how = deps()
    const memory = await remembering(pod(), how)
    expect(await isRepeated(memory, reviewBody(object), how)).toBe(false)
  })

  test('does not hold once settings or formulas have changed', async () => {
    const how = deps()
    const memory = await remembering(pod(), how)
    const body = reviewBody(pod())
    const settings = { ...how.settings() }
    expect(await isRepeated(memory, body, { ...how, settings: () => settings })).toBe(
      false,
    )
    const other = deps(cacheOf(prepare(formula({ cwd: '/other' }))))
    const changed = { ...how, formulas: other.formulas }
    expect(await isRepeated(memory, body, changed)).toBe(false)
  })

  test('is kept for each of many namespaces with formulas of their own', async () => {
    const formulas = new Map<string, ReturnType<typeof prepare>>()
    for (let i = 0; i < 20; i++) {
      formulas.set(`n${i}`, prepare(formula({ cwd: `/${i}` })))
    }
    const how = deps((namespace) => formulas.get(namespace))
    const memory = createVerdictMemory()
    const bodies = [...formulas.keys()].map((namespace) =>
      reviewBody(pod(), { namespace }),
    )
    for (const body of [...bodies, ...bodies]) await ask(memory, body, how)
    for (const body of bodies) expect(await isRepeated(memory, body, how)).toBe(true)
  })

  test.each<[string, JsonObject]>([
    ['a variable', { env: [{ name: tokenA, value: 'x' }] }],
    ['an argument', { args: [tokenA] }],
    ['a member', { lifecycle: { [tokenA]: {} } }],
  ])('is not repeated for another drawn name that %s has, too', async (_, container) => {
    const how = deps()
    const memory = await remembering(withToken(pod(container), tokenA), how)
    const renamed = JSON.stringify(container).replaceAll(tokenA, tokenB)
    const other = pod(JSON.parse(renamed) as JsonObject)
    const body = reviewBody(withToken(other, tokenB))
    expect(await isRepeated(memory, body, how)).toBe(false)
  })

  test('that depends on the drawn name is not repeated for another', async () => {
    const how = deps(cacheOf(prepare(formula({ cwd: `/${tokenA}` }))))
    const memory = await remembering(withToken(pod(), tokenA), how)
    const other = reviewBody(withToken(pod(), tokenB))
    expect(await isRepeated(memory, other, how)).toBe(false)
  })
})

describe('a pod is never taken for another', () => {
  test('by a spec that stands elsewhere in the review', async () => {
    const how = deps()
    const memory = await remembering(pod(), how)
    const { spec } = pod()
    const hidden = { ...pod({ image: 'nginx' }), metadata: { name: 'a', spec } }
    expect(await ask(memory, reviewBody(hidden), how)).toMatchObject({ patch: [] })
  })

  test('by two specs of which the later counts', async () => {
    const how = deps()
    const memory = await remembering(pod(), how)
    const text = reviewBody(pod()).toString()
    const twice = text.replace(',"status":', ',"spec":{"containers":[]},"status":')
    expect(await ask(memory, Buffer.from(twice), how)).toMatchObject({ patch: [] })
  })

  test('by an annotation so deep that comparing it would take all of the stack', async () => {
    const how = deps()
    const memory = await remembering(pod(), how)
    const text = reviewBody(pod({}, {}, { 'r2k8s.io/ownership': 'deep' })).toString()
    const deep = `${'['.repeat(9000)}${']'.repeat(9000)}`
    const body = Buffer.from(text.replace('"deep"', deep))
    for (let i = 0; i < 3; i++) {
      expect(await ask(memory, body, how)).toMatchObject({ allowed: false })
    }
  })

  test('by a review in another layout', async () => {
    const how = deps()
    const memory = await remembering(pod(), how)
    const spaced = Buffer.from(
      JSON.stringify(JSON.parse(reviewBody(pod()).toString()), null, 1),
    )
    expect(await isRepeated(memory, spaced, how)).toBe(false)
  })

  test('however the same few pods are mixed', async () => {
    const dice = createDice(7)
    const formulas = [prepare(), prepare(formula({ cwd: '/b' }))] as const
    let now = 0
    const how = deps((namespace) => formulas[namespace === 'b' ? 0 : now])
    const memory = createVerdictMemory()
    const tokens = [tokenA, tokenB, 'kube-api-access-44444']
    for (let i = 0; i < 400; i++) {
      if (dice(20) === 0) now = 1 - now
      const workingDir = dice(2) === 0 ? {} : { workingDir: '/w' }
      const annotations = [undefined, {}, { a: 'b' }, { 'r2k8s.io/ownership': 'keep' }]
      const bare = pod(workingDir, {}, annotations[dice(4)])
      const object = dice(3) === 0 ? bare : withToken(bare, tokens[dice(3)] ?? '')
      const body = reviewBody(object, { namespace: dice(2) === 0 ? 'a' : 'b' })
      const expected = await ask(createVerdictMemory(), body, how)
      expect(await ask(memory, body, how)).toEqual(expected)
    }
  })
})

test('what is kept does not grow without end', async () => {
  const how = deps()
  const memory = createVerdictMemory()
  const large = (i: number) => reviewBody(pod({ args: [`${i}`.padEnd(1_000_000, 'x')] }))
  for (let i = 0; i < 12; i++) {
    await ask(memory, large(i), how)
    await ask(memory, large(i), how)
  }
  expect(await isRepeated(memory, large(11), how)).toBe(true)
  expect(await isRepeated(memory, large(0), how)).toBe(false)
})
