import { expect, test } from 'vitest'
import { defaultSettings } from '../../src/mutate/settings.ts'
import { readSettingsText } from '../../src/settings/read-settings-text.ts'

const defaults = defaultSettings('test')
const read = (text: string) => readSettingsText(text, 's.yaml', defaults)

test.each(['', '\n', '# nothing yet\n', '---\n', '--- # nothing\n...\n', 'null\n'])(
  '%j leaves the defaults in force',
  (text) => {
    expect(read(text)).toEqual(defaults)
  },
)

test('what a document says takes the place of the default', () => {
  expect(read('ownership: keep\n')).toEqual({ ...defaults, ownership: 'keep' })
})

test.each([
  ['{}{}', 'at s.yaml: it is not one document'],
  ['a: [\n', 'at s.yaml:2:1: '],
  ['ownership: auto\nbasImage: x\n', 'at s.yaml:2:1: the settings have no member'],
])('%j is refused with its place', (text, words) => {
  expect(() => read(text)).toThrow(`cannot read the settings ${words}`)
})
