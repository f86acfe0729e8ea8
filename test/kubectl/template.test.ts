// kubectl reads what `template` writes: every golden case, and the manifests of other people with
// their images swapped for references.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { JsonValue } from '../../src/json.ts'
import { documentsOf } from '../golden.ts'
import { directoryWith, kubectlR2k8s } from '../plugin/cli.ts'
import { startKubectl } from './kubectl.ts'

const path = process.env['R2K8S_TEST_KUBECTL'] ?? ''
if (path === '')
  throw new Error('run by `make kubectl-test`, which sets R2K8S_TEST_KUBECTL')
const kubectl = await startKubectl(path)
afterAll(() => {
  kubectl.close()
})

const golden = new URL('../golden', import.meta.url).pathname
const examples = new URL('../data/manifests', import.meta.url).pathname
const formula = readFileSync(join(golden, 'original-example/example.formula'), 'utf8')

/** Kinds that the stand-in for discovery does not know are not kubectl's to judge. */
const unknownKinds = new Set(['anchors', 'crlf', 'custom-resource'])

describe('kubectl create --dry-run=client accepts', () => {
  const cases = readdirSync(golden).filter(
    (name) => !name.startsWith('error-') && !unknownKinds.has(name),
  )
  test.each(cases)('the output of the golden case %s', (name) => {
    const output = readFileSync(join(golden, name, 'output.yaml'), 'utf8')
    const { error } = kubectl.create(output)
    expect(error).toBe('')
  })
})

describe('kubectl reads the values that template wrote', () => {
  const files = readdirSync(examples).filter((name) => name.endsWith('.yaml'))
  test.each(files)('into %s', async (name) => {
    const original = readFileSync(join(examples, name), 'utf8')
    const manifest = original.replaceAll(
      /^(\s*(?:- )?image:\s*)[^\s#]+/gm,
      '$1./web.formula',
    )
    const cwd = directoryWith({ 'web.formula': formula, [name]: manifest })
    const { exit, stdout, stderr } = await kubectlR2k8s(['template', name], { cwd })
    expect(stderr).not.toContain('error:')
    expect(exit).toBe(0)
    const { output, error } = kubectl.create(stdout, '-o', 'json')
    expect(error).toBe('')
    expect(stdout).not.toContain('./web.formula\n')
    const read = parseStream(output).map(withoutDefaults)
    expect(read).toEqual(documentsOf(stdout).filter(isObject).map(withoutDefaults))
  })
})

/** kubectl prints one JSON value after the other, or a List. */
function parseStream(text: string): JsonValue[] {
  const values = JSON.parse(
    `[${text.trim().replaceAll(/\n\}\n\{/g, '\n},\n{')}]`,
  ) as JsonValue[]
  return values.flatMap((value) =>
    isObject(value) && value['kind'] === 'List' && Array.isArray(value['items'])
      ? (value['items'] as JsonValue[])
      : [value],
  )
}

function isObject(value: JsonValue): value is { readonly [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A dry run on the client adds the namespace. */
function withoutDefaults(value: JsonValue): JsonValue {
  if (!isObject(value) || !isObject(value['metadata'] ?? null)) return value
  const metadata = Object.entries(value['metadata'] ?? {}).filter(
    ([name]) => name !== 'namespace',
  )
  return { ...value, metadata: Object.fromEntries(metadata) }
}
