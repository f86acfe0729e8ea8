import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { applyPatch } from '../../src/patch/apply-patch.ts'
import { addItems, mergeMember, setMember } from '../../src/patch/patch-builder.ts'

const at = (object: JsonObject) => ({ pointer: '/a~1b/0', object })

describe('setMember', () => {
  test('adds what is absent and replaces what is there', () => {
    expect(setMember(at({}), 'x', 1)).toEqual([
      { op: 'add', path: '/a~1b/0/x', value: 1 },
    ])
    expect(setMember(at({ x: 2 }), 'x', 1)).toEqual([
      { op: 'replace', path: '/a~1b/0/x', value: 1 },
    ])
  })
  test('does nothing when the value is there already', () => {
    expect(setMember(at({ x: 1 }), 'x', 1)).toEqual([])
  })
  test('is not misled by what every object inherits', () => {
    expect(setMember(at({}), 'constructor', 'x')[0]?.op).toBe('add')
  })
})

describe('mergeMember', () => {
  const members = { p: 1, 'q/r': 2 }
  test.each<[string, JsonObject, unknown[]]>([
    ['absent', {}, [{ op: 'add', path: '/a~1b/0/m', value: members }]],
    ['null', { m: null }, [{ op: 'replace', path: '/a~1b/0/m', value: members }]],
    [
      'empty',
      { m: {} },
      [
        { op: 'add', path: '/a~1b/0/m/p', value: 1 },
        { op: 'add', path: '/a~1b/0/m/q~1r', value: 2 },
      ],
    ],
    [
      'filled',
      { m: { p: 0, z: 9 } },
      [
        { op: 'replace', path: '/a~1b/0/m/p', value: 1 },
        { op: 'add', path: '/a~1b/0/m/q~1r', value: 2 },
      ],
    ],
  ])('when the object is %s', (_, object, operations) => {
    expect(mergeMember(at(object), 'm', members)).toEqual(operations)
  })
  test('of no members does nothing', () => {
    expect(mergeMember(at({}), 'm', {})).toEqual([])
  })
})

describe('addItems', () => {
  test.each<[string, JsonObject, number | undefined, unknown[]]>([
    ['absent', {}, undefined, [{ op: 'add', path: '/a~1b/0/l', value: [7, 8] }]],
    ['null', { l: null }, 0, [{ op: 'replace', path: '/a~1b/0/l', value: [7, 8] }]],
    ['empty', { l: [] }, 0, [{ op: 'replace', path: '/a~1b/0/l', value: [7, 8] }]],
    [
      'filled, at the end',
      { l: [1, 2] },
      undefined,
      [
        { op: 'add', path: '/a~1b/0/l/-', value: 7 },
        { op: 'add', path: '/a~1b/0/l/-', value: 8 },
      ],
    ],
    [
      'filled, in between',
      { l: [1, 2] },
      1,
      [
        { op: 'add', path: '/a~1b/0/l/1', value: 7 },
        { op: 'add', path: '/a~1b/0/l/2', value: 8 },
      ],
    ],
  ])('when the list is %s', (_, object, index, operations) => {
    expect(addItems(at(object), 'l', [7, 8], index)).toEqual(operations)
  })

  test('keeps the order of the items', () => {
    const patch = addItems({ pointer: '', object: { l: [1, 2] } }, 'l', [7, 8], 1)
    expect(applyPatch({ l: [1, 2] }, patch)).toEqual({ l: [1, 7, 8, 2] })
  })
})
