import { expect, test } from 'vitest'
import {
  authorityLife,
  day,
  leafLife,
  type Authority,
} from '../../../src/webhook/certificates/authority.ts'
import {
  planAuthorities,
  usualSettling,
} from '../../../src/webhook/certificates/authority-plan.ts'

const start = Date.UTC(2026, 0, 1)
const authority = (name: string, added: number): Authority => {
  return { cert: name, key: `key of ${name}`, added }
}
const first = authority('first', start)

test('where there is none, one is made', () => {
  expect(planAuthorities([], start)).toEqual({ keep: [], renew: true, signer: undefined })
})

test('a lone one signs at once: there is nobody whose certificates it could break', () => {
  expect(planAuthorities([first], start)).toEqual({
    keep: [first],
    renew: false,
    signer: first,
  })
})

test('after two thirds of its life a successor is made', () => {
  const late = start + (authorityLife * 2) / 3
  expect(planAuthorities([first], late - 1000).renew).toBe(false)
  expect(planAuthorities([first], late + 1000).renew).toBe(true)
})

test('a successor is trusted first and signs a minute later', () => {
  const second = authority('second', start + 200 * day)
  const at = (later: number) => planAuthorities([first, second], second.added + later)
  expect(at(0)).toEqual({ keep: [second, first], renew: false, signer: first })
  expect(at(usualSettling - 1).signer).toBe(first)
  expect(at(usualSettling).signer).toBe(second)
})

test('the one before is trusted until its last certificate has run out', () => {
  const second = authority('second', start + 200 * day)
  const at = (later: number) => planAuthorities([first, second], second.added + later)
  expect(at(leafLife).keep).toContain(first)
  expect(at(usualSettling + leafLife + day).keep).toEqual([second])
})

test('a clock that goes back an hour changes nobody’s certificate to one that is not trusted', () => {
  const second = authority('second', start + 200 * day)
  const plan = planAuthorities([first, second], second.added - 3600_000)
  expect(plan.signer).toBe(first)
  expect(plan.keep).toEqual([second, first])
})
