import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { readAdmissionReview, type Verdict } from '../../src/webhook/admission-review.ts'
import { createVerdictMemory, podText } from '../../src/webhook/verdict-memory.ts'
import { prepareFormula } from '../../src/mutate/prepared-formula.ts'
import { loaded, options } from '../mutate/formulas.ts'
import { pod, reference } from '../mutate/pods.ts'

const { settings } = options()
const prepare = () => prepareFormula(loaded(), { settings, sources: [] })
const grounds = { settings, lookup: new Map([[reference, prepare()]]) }
const verdict = (): Verdict => ({
  allowed: true,
  patch: [],
  warnings: [],
  auditAnnotations: {},
})

/** As the API server sends it: a status behind the spec. */
function podOf(object: JsonObject, spelled?: string) {
  const whole = { ...object, status: {} }
  const text =
    spelled ??
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', operation: 'CREATE', object: whole, oldObject: null },
    })
  const read = readAdmissionReview({ text, body: JSON.parse(text) as unknown })
  if ('why' in read) throw new Error(read.why)
  return podText(read.request)
}

function remembering(object: JsonObject) {
  const memory = createVerdictMemory()
  const kept = verdict()
  memory.keep(podOf(object), grounds, verdict())
  memory.keep(podOf(object), grounds, kept)
  return { memory, kept }
}

describe('a verdict', () => {
  test('is kept from the second pod of its kind on', () => {
    const memory = createVerdictMemory()
    memory.keep(podOf(pod()), grounds, verdict())
    expect(memory.recall(podOf(pod()), grounds)).toBeUndefined()
    const second = verdict()
    memory.keep(podOf(pod()), grounds, second)
    expect(memory.recall(podOf(pod()), grounds)).toBe(second)
    expect(Object.isFrozen(second)).toBe(true)
  })

  test('holds for pods that differ in name and labels alone', () => {
    const { memory, kept } = remembering(pod())
    const other = { ...pod(), metadata: { name: 'other', labels: { a: 'b' } } }
    expect(memory.recall(podOf(other), grounds)).toBe(kept)
  })

  test.each<[string, JsonObject]>([
    ['another spec', pod({ workingDir: '/x' })],
    ['other annotations', pod({}, {}, { 'r2k8s.io/ownership': 'keep' })],
  ])('does not hold for %s', (_, object) => {
    const { memory } = remembering(pod())
    expect(memory.recall(podOf(object), grounds)).toBeUndefined()
  })

  test('does not hold any more when settings or formulas have changed', () => {
    const { memory } = remembering(pod())
    const otherSettings = { ...grounds, settings: { ...settings } }
    expect(memory.recall(podOf(pod()), otherSettings)).toBeUndefined()
    const otherFormula = { ...grounds, lookup: new Map([[reference, prepare()]]) }
    expect(memory.recall(podOf(pod()), otherFormula)).toBeUndefined()
  })

  test('is not kept under a text that is not the spec', () => {
    const memory = createVerdictMemory()
    const inside = { ...pod(), metadata: { name: 'a', spec: { a: 1 } } }
    memory.keep(podOf(inside), grounds, verdict())
    memory.keep(podOf(inside), grounds, verdict())
    expect(memory.recall(podOf(inside), grounds)).toBeUndefined()
  })

  test('is not kept for a request that is laid out in another way', () => {
    const body = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { uid: 'u', operation: 'CREATE', object: pod() },
    }
    expect(podOf(pod(), JSON.stringify(body)).spec).toBeUndefined()
  })

  test('never makes the memory grow without end', () => {
    const memory = createVerdictMemory()
    const large = (i: number) => pod({ args: [`${i}`.padEnd(1_000_000, 'x')] })
    for (let i = 0; i < 12; i++) {
      memory.keep(podOf(large(i)), grounds, verdict())
      memory.keep(podOf(large(i)), grounds, verdict())
    }
    expect(memory.recall(podOf(large(0)), grounds)).toBeUndefined()
    expect(memory.recall(podOf(large(11)), grounds)).toBeDefined()
  })
})
