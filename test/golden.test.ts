// Each directory under test/golden/ is a case: `input.yaml` and what belongs to it go in, the
// other files are what must come out. To add a case, write its input and run `make golden`.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  isObject,
  member,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../src/json.ts'
import { findPodSpecs } from '../src/mutate/find-pod-specs.ts'
import { applyPatch } from '../src/patch/apply-patch.ts'
import { kubectlR2k8s } from './plugin/cli.ts'
import { documentsOf, namesPaths, patchesOf, serverFor, settingsFile } from './golden.ts'

const root = new URL('golden', import.meta.url).pathname
const cases = readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory())

const used = new Set<string>()
const expected = (name: string, file: string): string => {
  const path = join(root, name, file)
  used.add(path)
  return path
}

describe.each(cases)('%s', (name) => {
  const directory = join(root, name)
  const input = readFileSync(join(directory, 'input.yaml'), 'utf8')
  const settings = settingsFile(directory)
  const fails = name.startsWith('error-')
  const template = (file: string) =>
    kubectlR2k8s(
      [
        'template',
        file,
        '--report',
        ...(settings === undefined ? [] : ['--settings', settings]),
      ],
      { cwd: directory },
    )

  test('template gives the expected output and report, or the expected error', async () => {
    const { exit, stdout, stderr } = await template('input.yaml')
    expect(exit !== 0).toBe(fails)
    if (fails) {
      expect(stdout).toBe('')
      await expect(`${stderr}exit ${exit}\n`).toMatchFileSnapshot(
        expected(name, 'error.txt'),
      )
      return
    }
    await expect(stdout).toMatchFileSnapshot(expected(name, 'output.yaml'))
    await expect(stderr).toMatchFileSnapshot(expected(name, 'report.txt'))
  })

  if (!fails) {
    test('the patch of each document is as expected, and its frozen input unchanged', async () => {
      const patches = patchesOf(directory, input)
      const text = `${JSON.stringify(patches, null, 2)}\n`
      await expect(text).toMatchFileSnapshot(expected(name, 'patch.json'))
    })
  }

  if (!fails) {
    test('the output is what the patches make of the input', async () => {
      const { stdout } = await template('input.yaml')
      const patches = patchesOf(directory, input)
      const wanted = documentsOf(input).map((value, i) =>
        applyPatch(value, patches[i] ?? []),
      )
      expect(documentsOf(stdout)).toEqual(wanted)
    })
  }

  if (!fails) {
    test('the output needs no further change', async () => {
      const { stdout } = await template('input.yaml')
      const again = await kubectlR2k8s(['template'], { cwd: directory, stdin: stdout })
      expect(again).toEqual({ exit: 0, stdout, stderr: '' })
    })
  }

  if (!fails && !input.startsWith('{')) {
    test('no line is lost but those that had to change', async () => {
      const { stdout } = await template('input.yaml')
      const output = stdout.split('\n')
      const kept = input
        .split('\n')
        .filter((line) => !/image:|imagePullPolicy:/.test(line))
      let at = -1
      for (const line of kept) {
        at = output.indexOf(line, at + 1)
        expect(at, `"${line}" stands in the output, in its order`).toBeGreaterThanOrEqual(
          0,
        )
      }
    })
  }

  // A path means nothing in the cluster.
  if (!namesPaths(input)) {
    test('the webhook makes the same of every pod', async () => {
      const server = serverFor(directory, input)
      const { stdout } = await template('input.yaml')
      const verdicts: boolean[] = []
      for (const [i, document] of documentsOf(input).entries()) {
        for (const { pointer, owner } of findPodSpecs(document)) {
          const pod = asPod(owner?.object ?? {})
          const response = await server.admit(pod, namespaceOf(document))
          verdicts.push(response['allowed'] === true)
          if (response['allowed'] !== true) {
            const reason = memberString(member(response, 'status'), 'reason')
            expect(readFileSync(join(directory, 'error.txt'), 'utf8')).toContain(
              `[${reason}]`,
            )
          }
          if (fails) continue // nothing to compare with
          const patched = applyPatch(pod, server.patchOf(response))
          expect(patched).toEqual(asPod(ownerAt(documentsOf(stdout)[i] ?? null, pointer)))
        }
      }
      expect(verdicts.every((allowed) => allowed)).toBe(!fails)
      await server.close()
    })
  }
})

afterAll(() => {
  const stale = cases.flatMap((name) =>
    readdirSync(join(root, name))
      .filter((file) => /^(output\.yaml|patch\.json|report\.txt|error\.txt)$/.test(file))
      .map((file) => join(root, name, file))
      .filter((path) => !used.has(path)),
  )
  expect(stale, 'files that no case expects').toEqual([])
})

/** What the API server makes of a pod template, as far as it matters here. */
function asPod(template: JsonObject): JsonObject {
  const metadata = template['metadata']
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: isObject(metadata) ? metadata : {},
    spec: template['spec'] ?? {},
  }
}

function ownerAt(document: JsonValue, pointer: string): JsonObject {
  const found = findPodSpecs(document).find((place) => place.pointer === pointer)
  return found?.owner?.object ?? {}
}

function namespaceOf(document: JsonValue): string {
  return memberString(member(document, 'metadata'), 'namespace') ?? 'default'
}
