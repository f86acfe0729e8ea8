// Holds the table of scalars against the kubectl named by R2K8S_TEST_KUBECTL. No server is asked:
// `label --local` only reads the object, adds a label and prints it as JSON.

import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'

import type { JsonValue } from '../../src/json.ts'
import { valueRows } from '../manifest/scalar-rows.ts'

const kubectl = process.env['R2K8S_TEST_KUBECTL']

describe.skipIf(kubectl === undefined)(
  kubectl === undefined ? 'skipped: R2K8S_TEST_KUBECTL is not set' : `with ${kubectl}`,
  () => {
    test.each(valueRows.map(([yaml, value]) => ({ yaml, value })))(
      'kubectl reads $yaml as the table says',
      ({ yaml, value }) => {
        expect(readByKubectl(kubectl ?? '', yaml)).toEqual(value)
      },
    )
  },
)

/** `undefined` when kubectl refuses the text. */
function readByKubectl(command: string, yaml: string): JsonValue | undefined {
  const manifest = `apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: x}\nspec:\n  v: ${yaml}\n`
  const { status, stdout } = spawnSync(
    command,
    ['label', '--local', '-f', '-', 'a=b', '-o', 'json'],
    {
      input: manifest,
      encoding: 'utf8',
      env: { KUBECONFIG: '/dev/null', PATH: '/usr/bin:/bin' },
    },
  )
  if (status !== 0) return undefined
  // kubectl prints JSON.
  const printed = JSON.parse(stdout) as { spec: { v: JsonValue } }
  return printed.spec.v
}
