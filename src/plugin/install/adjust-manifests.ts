// The manifests as one cluster is to have them: with its images, and cert-manager where that is wished.
// They are spliced, so that what `--dry-run=client` prints keeps their comments.

import { isObject, isString, memberArray, type JsonObject } from '../../json.ts'
import { parseDocuments, type ManifestDocument } from '../../manifest/parse-document.ts'
import type { PatchOperation } from '../../patch/operation.ts'
import { kindOf } from './kinds.ts'

export interface Adjustments {
  /** Of webhook and fetcher. */
  readonly image: string
  readonly baseImage?: string
  readonly certManager: boolean
}

export interface Manifest {
  /** With comments; no separator at its end. */
  readonly text: string
  readonly object: JsonObject
}

/** In the order in which they are to be applied. */
export function adjustManifests(
  files: ReadonlyMap<string, string>,
  adjustments: Adjustments,
): readonly Manifest[] {
  const listed = memberArray(readOne(files.get('base/kustomization.yaml')), 'resources')
  const shared = listed.filter(isString).map((name) => `base/${name}`)
  // No part of the kustomization, as it would set back what an administrator has set.
  const names = [...shared.slice(0, -1), 'base/settings.yaml', ...shared.slice(-1)]
  const order = adjustments.certManager
    ? [...names.slice(0, -1), 'cert-manager/certificate.yaml', ...names.slice(-1)]
    : names
  return order
    .flatMap((name) => splitDocuments(files.get(name) ?? ''))
    .map((document) => adjust(document, adjustments))
}

function adjust(document: ManifestDocument, adjustments: Adjustments): Manifest {
  const patch = patchFor(document.value, adjustments)
  const text = document.splice(patch).text.trim()
  const object = readOne(text)
  if (!isObject(object)) throw new Error('a manifest of ours is no object')
  return { text, object }
}

function patchFor(
  object: ManifestDocument['value'],
  { image, baseImage, certManager }: Adjustments,
): PatchOperation[] {
  switch (isObject(object) ? kindOf(object) : '') {
    case 'Deployment': {
      const container = '/spec/template/spec/containers/0'
      return [
        { op: 'replace', path: `${container}/image`, value: image },
        { op: 'replace', path: `${container}/env/0/value`, value: image },
        ...(certManager ? mountCertificate(container) : []),
      ]
    }
    case 'MutatingWebhookConfiguration':
      return certManager ? [injectAuthority] : []
    case 'ConfigMap':
      if (baseImage === undefined) return []
      return [
        {
          op: 'replace',
          path: '/data/settings.yaml',
          value: `baseImage: ${baseImage}\n`,
        },
      ]
    default:
      return []
  }
}

/** The same as manifests/cert-manager/ does for kustomize. */
function mountCertificate(container: string): PatchOperation[] {
  const directory = '/tls'
  const args = [
    `--tls-cert-file=${directory}/tls.crt`,
    `--tls-key-file=${directory}/tls.key`,
  ]
  const mount = { name: 'tls', mountPath: directory, readOnly: true }
  const volume = { name: 'tls', secret: { secretName: 'r2k8s-tls' } }
  return [
    { op: 'add', path: `${container}/args`, value: args },
    { op: 'add', path: `${container}/volumeMounts`, value: [mount] },
    { op: 'add', path: '/spec/template/spec/volumes', value: [volume] },
  ]
}

export const injectAuthority: PatchOperation = {
  op: 'add',
  path: '/metadata/annotations/cert-manager.io~1inject-ca-from',
  value: 'r2k8s-system/r2k8s',
}

function splitDocuments(text: string): ManifestDocument[] {
  return text.split(/^---\n/m).flatMap(parseDocuments)
}

function readOne(text: string | undefined): ManifestDocument['value'] {
  return parseDocuments(text ?? '')[0]?.value ?? null
}
