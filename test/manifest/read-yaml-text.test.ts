import { expect, test } from 'vitest'

import { readYamlText } from '../../src/manifest/read-yaml-text.ts'

test('scalars keep their text and place', () => {
  const { value } = readYamlText('a: 0123 # x\n')
  expect(value).toEqual({
    kind: 'object',
    range: { start: 0, end: 7 },
    members: [
      {
        key: 'a',
        keyRange: { start: 0, end: 1 },
        value: { kind: 'scalar', value: 83, text: '0123', range: { start: 3, end: 7 } },
      },
    ],
  })
})

test('repeated keys stay as often as they are there', () => {
  const { value, problems } = readYamlText('a: 1\na: 2\n')
  expect(problems).toEqual([])
  expect(value?.kind === 'object' && value.members.map(({ key }) => key)).toEqual([
    'a',
    'a',
  ])
})

test('aliases and merge keys are resolved', () => {
  const { value } = readYamlText('b: &b {x: 1}\nc: {<<: *b}\nd: *b\n')
  const [, c, d] = value?.kind === 'object' ? value.members : []
  for (const member of [c, d]) {
    expect(member?.value).toMatchObject({
      kind: 'object',
      members: [{ key: 'x', value: { value: 1 } }],
    })
  }
})

test('a second document is a problem', () => {
  expect(readYamlText('a: 1\n---\nb: 2\n').problems).toEqual([
    { message: 'a second document starts here', offset: 5 },
  ])
})

test('a text of comments has neither value nor problem', () => {
  expect(readYamlText('# x\n')).toEqual({ value: undefined, problems: [] })
})
