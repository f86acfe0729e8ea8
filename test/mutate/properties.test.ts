import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isObject, memberArray, memberString, type JsonValue } from '../../src/json.ts'
import { findPodSpecs } from '../../src/mutate/find-pod-specs.ts'
import { formula, loaded } from './formulas.ts'
import { lookup, reference, run } from './pods.ts'

/** A member that is there or not. */
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const defined = (object: Record<string, unknown>): JsonValue =>
  JSON.parse(JSON.stringify(object)) as JsonValue

const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/)
const path = fc.constantFrom(
  '/usr',
  '/usr/',
  '/var/log',
  '/etc/app.conf',
  '/data',
  '/var/run',
)
const quantity = fc.constantFrom('100m', '1', '64Mi', '2Gi', 'nonsense')
const resources = fc.record({
  requests: maybe(fc.record({ cpu: maybe(quantity), memory: maybe(quantity) })),
  limits: maybe(fc.record({ cpu: maybe(quantity), memory: maybe(quantity) })),
})

const container = fc
  .record({
    name,
    image: fc.constantFrom(reference, reference, 'nginx', 'example.com/a:1'),
    command: maybe(fc.array(fc.string(), { maxLength: 2 })),
    args: maybe(fc.array(fc.string(), { maxLength: 2 })),
    workingDir: maybe(fc.constantFrom('', '/w')),
    env: maybe(
      fc.array(
        fc.record({ name: fc.constantFrom('PATH', 'A', 'B/C~d'), value: fc.string() }),
        {
          maxLength: 3,
        },
      ),
    ),
    volumeMounts: maybe(
      fc.uniqueArray(fc.record({ name: fc.constant('v'), mountPath: path }), {
        selector: (mount) => mount.mountPath.replace(/\/$/, ''),
        maxLength: 3,
      }),
    ),
    resources: maybe(resources),
    restartPolicy: maybe(fc.constant('Always')),
    securityContext: maybe(
      fc.record({
        readOnlyRootFilesystem: maybe(fc.boolean()),
        runAsUser: maybe(fc.integer({ min: 1, max: 9 })),
        capabilities: maybe(fc.constant({ add: ['SYS_ADMIN'] })),
      }),
    ),
  })
  .map(defined)

const containers = fc.uniqueArray(container, {
  selector: (each) => memberString(each, 'name'),
  maxLength: 4,
})

const podSpec = fc
  .record({
    containers,
    initContainers: maybe(containers),
    volumes: maybe(fc.constantFrom([], [{ name: 'v', emptyDir: {} }])),
    automountServiceAccountToken: maybe(fc.boolean()),
    securityContext: maybe(fc.record({ runAsUser: maybe(fc.constant(5)) })),
    nodeSelector: maybe(fc.constant({ disk: 'ssd' })),
  })
  .map(defined)

const metadata = maybe(
  fc.record({
    labels: maybe(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 })),
    annotations: maybe(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 })),
  }),
)

const object = fc
  .record({ kind: fc.constant('Deployment'), metadata, podSpec, inner: metadata })
  .map(({ kind, metadata: own, podSpec: spec, inner }) =>
    defined({ kind, metadata: own, spec: { template: { metadata: inner, spec } } }),
  )

function deepFreeze(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null)
    Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}

const formulas = lookup(
  loaded(formula({ env: new Map([['PATH', '/bin']]), cwd: '/work' })),
)

describe('whatever the object', () => {
  test('the patch applies, by our own applier and an independent one', () => {
    fc.assert(
      fc.property(object, (given) => {
        run(given, formulas) // compares the two
      }),
      { numRuns: 500 },
    )
  })

  test('the input is not modified', () => {
    fc.assert(
      fc.property(object, (given) => {
        run(deepFreeze(given), formulas)
      }),
    )
  })

  test('the result needs no further change', () => {
    fc.assert(
      fc.property(object, (given) => {
        const { result, problems } = run(given, formulas)
        fc.pre(problems.length === 0)
        expect(run(result, formulas).patch).toEqual([])
      }),
    )
  })

  test('the same input gives the same operations in the same order', () => {
    fc.assert(
      fc.property(object, (given) => {
        const again = structuredClone(given)
        expect(JSON.stringify(run(again, formulas).patch)).toBe(
          JSON.stringify(run(given, formulas).patch),
        )
      }),
    )
  })

  test('containers keep their order, and those without a formula everything', () => {
    fc.assert(
      fc.property(object, (given) => {
        const { result } = run(given, formulas)
        const before = containersOf(given)
        const after = containersOf(result).filter((each) => !isFetcher(each))
        expect(after.map((each) => memberString(each, 'name'))).toEqual(
          before.map((each) => memberString(each, 'name')),
        )
        before.forEach((each, i) => {
          if (memberString(each, 'image') !== reference) expect(after[i]).toEqual(each)
        })
      }),
    )
  })

  test('no reference is left, and names and mount paths stay unique', () => {
    fc.assert(
      fc.property(object, (given) => {
        const { result, problems } = run(given, formulas)
        fc.pre(problems.length === 0)
        for (const each of containersOf(result)) {
          expect(memberString(each, 'image')).not.toBe(reference)
          const paths = memberArray(each, 'volumeMounts').map((mount) =>
            memberString(mount, 'mountPath')?.replace(/\/$/, ''),
          )
          expect(new Set(paths).size).toBe(paths.length)
        }
        const spec = findPodSpecs(result)[0]?.object ?? {}
        const volumes = memberArray(spec, 'volumes').map((each) =>
          memberString(each, 'name'),
        )
        expect(new Set(volumes).size).toBe(volumes.length)
        for (const volume of volumes) expect(volume?.length).toBeLessThanOrEqual(63)
      }),
    )
  })
})

function containersOf(value: JsonValue): JsonValue[] {
  return findPodSpecs(value).flatMap(({ object: spec }) => [
    ...memberArray(spec, 'initContainers'),
    ...memberArray(spec, 'containers'),
  ])
}

function isFetcher(value: JsonValue): boolean {
  return isObject(value) && memberString(value, 'image') === 'agent:test'
}
