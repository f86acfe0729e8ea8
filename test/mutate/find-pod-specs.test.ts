import { expect, test } from 'vitest'
import type { JsonValue } from '../../src/json.ts'
import { findPodSpecs } from '../../src/mutate/find-pod-specs.ts'

const pod = { containers: [{ name: 'a', image: 'x' }] }

test.each<[string, JsonValue, string[]]>([
  ['a Pod', { apiVersion: 'v1', kind: 'Pod', spec: pod }, ['/spec']],
  [
    'a Deployment',
    { kind: 'Deployment', spec: { template: { spec: pod } } },
    ['/spec/template/spec'],
  ],
  [
    'a CronJob',
    { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
    ['/spec/jobTemplate/spec/template/spec'],
  ],
  [
    'a List',
    { items: [{ spec: pod }, {}, { spec: pod }] },
    ['/items/0/spec', '/items/2/spec'],
  ],
  [
    'a custom resource',
    { spec: { workers: [{ podTemplate: { spec: pod } }] } },
    ['/spec/workers/0/podTemplate/spec'],
  ],
  ['a member of another name', { spec: { podSpec: pod } }, ['/spec/podSpec']],
  ['a text that looks like one', { data: { 'pod.yaml': 'spec: {containers: []}' } }, []],
  ['containers that are no list', { spec: { containers: { a: 1 } } }, []],
  ['null', null, []],
])('in %s', (_, object, pointers) => {
  expect(findPodSpecs(object).map((place) => place.pointer)).toEqual(pointers)
})

test('the owner is the object whose spec it is', () => {
  const [found] = findPodSpecs({
    spec: { template: { metadata: { name: 't' }, spec: pod } },
  })
  expect(found?.owner?.pointer).toBe('/spec/template')
  expect(findPodSpecs({ podSpec: pod })[0]?.owner).toBeUndefined()
})

test('a nesting of a million levels is not walked to its end', () => {
  let deep: JsonValue = pod
  for (let i = 0; i < 1_000_000; i++) deep = { spec: deep, containers: [] }
  expect(findPodSpecs(deep).length).toBeLessThan(300)
})

test('the spec of a Pod is found without a search', () => {
  const elsewhere = { apiVersion: 'v1', kind: 'Pod', spec: pod, status: { spec: pod } }
  expect(findPodSpecs(elsewhere)).toHaveLength(1)
})
