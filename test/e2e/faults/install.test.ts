import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseDocuments } from '../../../src/manifest/parse-document.ts'
import type { JsonValue } from '../../../src/json.ts'
import {
  formulaText,
  kubectl,
  lab,
  makeNamespace,
  push,
  r2k8s,
  tryKubectl,
  tryR2k8s,
} from '../lab.ts'

const manifests = join(import.meta.dirname, '../../../manifests')
const install = ['install', '--base-image', lab.pauseImage]
afterAll(() => r2k8s(install))

/** By kind and name, in whichever order. */
function objectsOf(yaml: string): Map<string, JsonValue> {
  const values = yaml.split(/^---$/m).flatMap((text) => parseDocuments(text))
  return new Map(
    values.map(({ value }) => {
      const { kind, metadata } = value as { kind: string; metadata: { name: string } }
      return [`${kind}/${metadata.name}`, value]
    }),
  )
}

describe('what install applies', () => {
  test('is what kustomize makes of manifests/', async () => {
    const printed = objectsOf(await r2k8s(['install', '--dry-run=client']))
    const built = await kubectl(['kustomize', manifests])
    // Which would set back what an administrator has set.
    expect(printed.delete('ConfigMap/r2k8s-settings')).toBe(true)
    expect(printed).toEqual(objectsOf(built))
  })

  test('is what kustomize makes of manifests/cert-manager/', async () => {
    const flags = ['install', '--dry-run=client', '--cert-manager']
    const printed = objectsOf(await r2k8s(flags))
    const built = await kubectl(['kustomize', join(manifests, 'cert-manager')])
    expect(printed.delete('ConfigMap/r2k8s-settings')).toBe(true)
    expect(printed).toEqual(objectsOf(built))
  })

  test('names the version of the program', () => {
    const file = join(manifests, '../package.json')
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
    const yaml = readFileSync(join(manifests, 'base/webhook.yaml'), 'utf8')
    expect(yaml.match(/localhost\/r2k8s:([\d.]+)/g)).toEqual([
      `localhost/r2k8s:${version}`,
      `localhost/r2k8s:${version}`,
    ])
    expect(yaml).toContain(`app.kubernetes.io/version: ${version}\n`)
  })

  test('passes the strictest Pod Security level', async () => {
    const args = ['get', 'namespace', 'r2k8s-system', '-o', 'jsonpath={.metadata.labels}']
    expect(await kubectl(args)).toContain(
      '"pod-security.kubernetes.io/enforce":"restricted"',
    )
  })
})

test('installing again changes nothing', async () => {
  const { exit, stderr } = await tryR2k8s(install)
  expect(exit).toBe(0)
  expect(stderr).not.toMatch(/created|configured/)
})

test('without cert-manager, --cert-manager says what is missing', async () => {
  const { exit, stderr } = await tryR2k8s(['install', '--cert-manager', '--no-wait'])
  await r2k8s(install)
  expect(exit).toBe(64)
  expect(stderr).toContain('cert-manager is not there')
})

test('an image that no node has is told of, with what to do', async () => {
  const image = 'localhost/nobody-has-this:1'
  const { exit, stderr } = await tryR2k8s(['install', '--image', image, '--timeout=20s'])
  await r2k8s(install)
  expect(exit).toBe(64)
  expect(stderr).toContain(image)
  expect(stderr).toContain('load the image on the nodes')
})

describe('uninstall', () => {
  test('is refused while there are Formulas', async () => {
    const namespace = await makeNamespace()
    await push(namespace, formulaText({ exec: ['/bin/true'] }))
    const { exit, stderr } = await tryR2k8s(['uninstall'])
    expect(exit).toBe(64)
    expect(stderr).toContain(namespace)
    expect((await tryKubectl(['get', 'namespace', 'r2k8s-system'])).exit).toBe(0)
  })

  test('removes all of it, and once more says that it is not there', async () => {
    await r2k8s(['uninstall', '--with-formulas'])
    const kinds = [
      'crd,clusterroles,clusterrolebindings,mutatingwebhookconfigurations',
      'validatingadmissionpolicies,validatingadmissionpolicybindings,namespaces',
    ]
    const left = await kubectl(['get', kinds.join(','), '-o', 'name'])
    expect(left).not.toContain('r2k8s')
    const { exit, stderr } = await tryR2k8s(['uninstall'])
    expect(exit).toBe(0)
    expect(stderr).toBe('waiting until all of it is gone\nr2k8s is not installed\n')
  })
})
