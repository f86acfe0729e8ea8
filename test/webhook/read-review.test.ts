import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/json.ts'
import { readReview } from '../../src/webhook/read-review.ts'
import { skipArray } from '../../src/webhook/skip-array.ts'
import { findSpec } from '../../src/webhook/spelled-spec.ts'
import { createVerdictMemory } from '../../src/webhook/verdict-memory.ts'
import { podReview, podSizes } from '../bench/reviews.ts'
import { createDice } from '../dice.ts'
import { pod } from '../mutate/pods.ts'
import { reviewBody } from './reviews.ts'

function read(body: Buffer) {
  const review = readReview(body, createVerdictMemory())
  if ('why' in review) throw new Error(review.why)
  return review.request
}

const withMetadata = (metadata: JsonObject) => reviewBody({ ...pod(), metadata })

describe('the managed fields of a pod are not read', () => {
  test('and everything around them is', () => {
    const managedFields = [{ manager: 'a "]" \\', fieldsV1: { 'k:{"name":"]}"}': {} } }]
    const labels = { app: 'web' }
    const request = read(withMetadata({ name: 'a', managedFields, labels }))
    expect(request.object).toEqual({
      ...pod(),
      metadata: { name: 'a', labels },
      status: {},
    })
  })

  test('while a label of that name is', () => {
    const labels = { a: 'b', managedFields: '[' }
    expect(read(withMetadata({ labels })).object['metadata']).toEqual({ labels })
  })

  test('and those that never end are no JSON', () => {
    const text = withMetadata({ name: 'a', managedFields: [1] }).toString()
    const cut = Buffer.from(text.replace('"managedFields":[1]', '"managedFields":[[1]'))
    expect(readReview(cut, createVerdictMemory())).toEqual({ why: 'the body is no JSON' })
  })
})

test.each(['', '[]', 'nonsense', '{"kind":"Pod","spec":{},"status":{}'])(
  'what is no review is told so: %j',
  (text) => {
    expect(readReview(Buffer.from(text), createVerdictMemory())).toHaveProperty('why')
  },
)

describe('an array is skipped', () => {
  test('whatever is in it', () => {
    const dice = createDice(11)
    for (let i = 0; i < 500; i++) {
      const array = [anything(dice, 4), anything(dice, 4)]
      const json = Buffer.from(`${JSON.stringify(array)}]}"]`)
      expect(skipArray(json, 0)).toBe(json.length - 4)
    }
  })

  test.each(['[', '[[]', '["', '["\\', '["a\\"]'])('unless it never ends: %s', (json) => {
    expect(skipArray(Buffer.from(json), 0)).toBeUndefined()
  })
})

function anything(dice: (sides: number) => number, depth: number): JsonValue {
  const strings = ['', 'a', ']', '}', '"', '\\', '\\"]', 'ü]', '\n[{']
  const text = strings[dice(strings.length)] ?? ''
  if (depth === 0) return [text, dice(100), null, true][dice(4)] ?? null
  const inner = () => anything(dice, depth - 1)
  return [text, [], {}, [inner(), inner()], { [text]: inner() }][dice(5)] ?? null
}

describe('a review as API server 1.36.3 sent it', () => {
  const body = readFileSync(join(import.meta.dirname, '../data/reviews/deployment.json'))
  const whole = JSON.parse(body.toString()) as {
    request: { object: { spec: JsonObject } }
  }

  test('has its spec found, but for the drawn name', () => {
    const spec = findSpec(body)
    if (spec === undefined) throw new Error('there is one')
    const text = body.toString('utf8', spec.start, spec.end)
    expect(JSON.parse(text)).toEqual(whole.request.object.spec)
    expect(spec.pieces.length).toBe(3) // a volume, and where it is mounted
    const others = text.replaceAll('kube-api-access-kdbvc', 'kube-api-access-99999')
    const other = Buffer.from(body.toString().replace(text, others))
    expect(findSpec(other)?.checksum).toBe(spec.checksum)
  })

  test('is what the benchmarks imitate', () => {
    const imitation: unknown = JSON.parse(podReview('example:1', podSizes[0]))
    // Of the same kind, and each member after those that it comes after.
    expectLayout(imitation, whole)
  })
})

function expectLayout(imitation: unknown, original: unknown): void {
  if (typeof original !== 'object' || original === null) return
  const theirs = new Map(Object.entries(original))
  const ours = Object.entries(imitation as object)
  const shared = ours.map(([name]) => name).filter((name) => theirs.has(name))
  expect(shared).toEqual([...theirs.keys()].filter((name) => shared.includes(name)))
  for (const [name, value] of ours) expectLayout(value, theirs.get(name))
}
