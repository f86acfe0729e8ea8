// Paths that Kubernetes cannot mount.

import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/json.ts'
import { identifyFormula } from '../../src/formula/read-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import {
  busybash,
  formulaOf,
  legacy,
  legacyHash,
  problemsOf,
  timeless,
  warpforge,
} from './read.ts'

const exec = ['/bin/true']
const legacyWare = { type: 'tar', hash: legacyHash }

const texts: readonly (readonly [string, (path: string) => string])[] = [
  ['a Timeless input', (path) => timeless({ inputs: both(busybash, path) })],
  ['a Timeless output', (path) => timeless({ outputs: { [path]: { packtype: 'tar' } } })],
  ['a Timeless cwd', (cwd) => timeless({ action: { exec, cwd } })],
  [
    'a Timeless homedir',
    (homedir) => timeless({ action: { exec, userinfo: { homedir } } }),
  ],
  ['a Warpforge input', (path) => warpforge({ inputs: both(`ware:${busybash}`, path) })],
  ['a Warpforge output', (from) => warpforge({ outputs: { o: { from } } })],
  ['a legacy input', (path) => legacy({ inputs: both(legacyWare, path) })],
  ['a legacy output', (path) => legacy({ outputs: { [path]: { type: 'tar' } } })],
  ['a legacy cwd', (cwd) => legacy({ action: { command: exec, cwd } })],
  ['the place of a legacy host mount', (path) => legacyMount(path, '/srv')],
]

function both(ware: string | JsonObject, path: string): JsonObject {
  return { '/': ware, [path]: ware }
}

function legacyMount(path: string, hostPath: string): string {
  const escapes = { mounts: { [path]: hostPath } }
  return legacy({ action: { command: exec, escapes } })
}

describe.each(texts)('%s', (_, textWith) => {
  test('may be any other path', () => {
    expect(problemsOf(textWith('/a b/ü'))).toEqual([])
  })

  test.each([
    ['/a:b', 'a mount path must not contain ":"'],
    ['/a/b:c', 'a mount path must not contain ":"'],
    ['/a\nb', 'a mount path must not contain a control character'],
    ['/a\u001bb', 'a mount path must not contain a control character'],
  ])('cannot be %j, which Kubernetes cannot mount', (path, why) => {
    const problems = problemsOf(textWith(path))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(`cannot be mounted: ${why}`)
  })

  test('has an identity even where Kubernetes cannot mount', () => {
    expect(identifyFormula(textWith('/a:b'), 'x', readYamlText)).toHaveProperty('id')
  })
})

test('a directory of the host may have ":" in its path', () => {
  const hostPath = '/dev/disk/by-path/pci-0000:00'
  const inputs = { '/': busybash, '/disk': `mount:ro:${hostPath}` }
  const source = { kind: 'mount', hostPath }
  expect(formulaOf(timeless({ inputs })).inputs[1]).toMatchObject({ source })
  expect(formulaOf(legacyMount('/disk', hostPath)).inputs[1]).toMatchObject({ source })
})
