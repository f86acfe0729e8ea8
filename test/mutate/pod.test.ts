import { describe, expect, test } from 'vitest'
import { type JsonObject } from '../../src/json.ts'
import { formula, loaded, busybash } from './formulas.ts'
import { at, fetcher, mountPaths } from './parts.ts'
import { lookup, pod, reference, rewritten, run } from './pods.ts'

describe('the pod', () => {
  test('is annotated with what it runs', () => {
    const result = rewritten(pod())
    expect(at(result, 'metadata', 'annotations')).toEqual({
      'formula.r2k8s.io/web': 'repeatr:0/web TheFormulaID',
      'r2k8s.io/status': '{"mode":"copy","version":"test"}',
    })
  })

  test('gets metadata when it has none', () => {
    const template: JsonObject = { spec: { template: { spec: pod().spec } } }
    expect(
      at(rewritten(template), 'spec', 'template', 'metadata', 'annotations'),
    ).toBeDefined()
  })

  test('goes to nodes that can run the program, unless it says itself where to go', () => {
    const index = { entries: [], size: 1, files: 1, machine: 'arm64' }
    const arm = lookup(loaded(formula(), { [busybash]: index }))
    expect(at(rewritten(pod(), arm), 'spec', 'nodeSelector')).toEqual({
      'kubernetes.io/arch': 'arm64',
    })
    const own = { nodeSelector: { 'kubernetes.io/arch': 'amd64' } }
    expect(at(rewritten(pod({}, own), arm), 'spec', 'nodeSelector')).toEqual(
      own.nodeSelector,
    )
  })

  test('without a formula is left as it is', () => {
    expect(run(pod({ image: 'nginx' }))).toMatchObject({
      patch: [],
      decisions: [],
      problems: [],
    })
  })

  test('is not changed a second time', () => {
    expect(run(rewritten(pod())).patch).toEqual([])
  })

  test('that another injector gave a new formula container gets a second fetcher', () => {
    const once = rewritten(pod()) as ReturnType<typeof pod>
    const added = { name: 'late', image: reference }
    const spec = { ...once.spec, containers: [...once.spec.containers, added] }
    const twice = rewritten({ ...once, spec })
    expect(at(fetcher(twice, 1), 'name')).toBe('r2k8s-fetch-2')
    expect(mountPaths(fetcher(twice, 1))[0]).toBe('/r2k8s/1')
  })
})
