import { describe, expect, test } from 'vitest'
import { readLocalInputs } from '../../../src/plugin/runs/local-inputs.ts'
import { spellOutFile } from '../../../src/plugin/runs/read-saves.ts'
import { quietIo } from '../cli.ts'

const io = { ...quietIo(), cwd: import.meta.dirname }

describe('--input', () => {
  test('names a path in the root, and one here', () => {
    expect(readLocalInputs(['/src=.', '/file=outputs.ts'], io)).toEqual([
      { path: '/src', from: import.meta.dirname },
      { path: '/file', from: `${import.meta.dirname}/outputs.ts` },
    ])
  })

  test.each([
    [['src=.'], 'is no path in the root and one here'],
    [['/src'], 'is no path in the root and one here'],
    [['/src='], 'is no path in the root and one here'],
    [['/src=nowhere'], 'there is no "nowhere"'],
    [['/src=.', '/src=outputs.ts'], '"/src" is given twice'],
  ])('is refused as %j', (texts, why) => {
    expect(() => readLocalInputs(texts, io)).toThrow(why)
  })
})

test.each([
  ['file:./out.tgz', 'file://./out.tgz'],
  ['ca+file:wares', 'ca+file://wares'],
  ['file:///out.tgz', 'file:///out.tgz'],
  ['ca+https://wares.example/', 'ca+https://wares.example/'],
])('%s is %s', (short, long) => {
  expect(spellOutFile(short)).toBe(long)
})
