import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { fetchResources } from '../../src/mutate/fetch-resources.ts'

const defaults = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '2', memory: '256Mi' },
}

/** Of a pod whose one container has these resources. */
function resources(own: JsonObject, given: JsonObject = {}, spec: JsonObject = {}) {
  const podSpec = { containers: [{ name: 'a', resources: own }], ...spec }
  return fetchResources(podSpec, defaults, undefined, given)
}

describe('the fetcher', () => {
  test('asks for nothing where the pod asks for nothing', () => {
    expect(resources({})).toEqual({})
  })

  test('asks for no more than the containers do, nor than the default', () => {
    expect(resources({ requests: { cpu: '10m', memory: '1Gi' } })).toEqual({
      requests: { cpu: '10m', memory: '64Mi' },
    })
  })

  test('has limits only where every container has them, and says its requests then', () => {
    expect(
      resources({ limits: { cpu: '4', memory: '100Mi' }, requests: { cpu: '0' } }),
    ).toEqual({
      requests: { cpu: '0', memory: '64Mi' },
      limits: { cpu: '4', memory: '256Mi' },
    })
  })

  test('keeps a Guaranteed pod in its class', () => {
    const both = { cpu: '1', memory: '32Mi' }
    expect(resources({ limits: both, requests: both })).toEqual({
      requests: { cpu: '1', memory: '64Mi' },
      limits: { cpu: '1', memory: '64Mi' },
    })
  })

  test('counts native sidecars as containers, other init containers not', () => {
    const sidecar = {
      name: 's',
      restartPolicy: 'Always',
      resources: { requests: { cpu: '20m' } },
    }
    const init = { name: 'i', resources: { requests: { cpu: '1' } } }
    const spec = { initContainers: [sidecar, init] }
    expect(resources({ requests: { cpu: '10m' } }, {}, spec)).toEqual({
      requests: { cpu: '30m' },
    })
  })

  test('has what an annotation gives, and other numbers make room for it', () => {
    const own = { requests: { memory: '64Mi' }, limits: { memory: '100Mi' } }
    expect(resources(own, { limits: { memory: '32Mi' } })).toMatchObject({
      requests: { memory: '32Mi' },
      limits: { memory: '32Mi' },
    })
    expect(resources(own, { requests: { memory: '1Gi' } })).toMatchObject({
      requests: { memory: '1Gi' },
      limits: { memory: '1Gi' },
    })
  })

  test('is left to numbers for the whole pod', () => {
    const spec = { resources: { limits: { memory: '32Mi' } } }
    expect(resources({ limits: { memory: '32Mi', cpu: '1' } }, {}, spec)).toEqual({})
  })

  test.each(['5Foo', '-5', '1e99', '', {}, null])(
    'is not misled by %j as a quantity',
    (memory) => {
      expect(resources({ requests: { memory } })).toEqual({})
    },
  )
})
