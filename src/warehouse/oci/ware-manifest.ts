// The manifest of a ware in a registry: an OCI artifact whose only layer is the archive.

import { Buffer } from 'node:buffer'
import { quote } from '../../errors.ts'
import { member, memberArray, memberString, type JsonValue } from '../../json.ts'
import type { Compression } from '../../ware/compression.ts'
import { formatWareId, type WareId } from '../../ware/ware-id.ts'
import type { UploadRecord } from '../warehouse.ts'
import { digestOf, isDigest } from './digest.ts'
import { parseJsonBytes } from './read-bounded.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const artifactType = 'application/vnd.r2k8s.ware.v1'
const wareAnnotation = 'r2k8s.io/ware'
const strictAnnotation = 'r2k8s.io/strict-digest'

export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** In bytes. */
  readonly size: number
}

export function readDescriptor(value: JsonValue | undefined): Descriptor | undefined {
  const digest = member(value, 'digest')
  const size = member(value, 'size')
  const mediaType = memberString(value, 'mediaType') ?? ''
  if (!isDigest(digest) || typeof size !== 'number') return undefined
  return Number.isSafeInteger(size) && size >= 0 ? { mediaType, digest, size } : undefined
}

/** What every OCI manifest may use for the configuration it does not have. */
export const emptyConfig = Buffer.from('{}')
const emptyDescriptor: Descriptor = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOf(emptyConfig),
  size: emptyConfig.length,
}
export const emptyDigest = emptyDescriptor.digest

/** Fits the 128 characters of a tag. */
export function wareTag({ packtype, hash }: WareId): string {
  return `${packtype}-${hash}`
}

/** The same record and layer give the same bytes. */
export function printWareManifest(
  { wareId, compression, strictDigest }: UploadRecord,
  layer: { readonly digest: string; readonly size: number },
): Uint8Array {
  const [mediaType, extension] =
    wareId.packtype === 'zip' ? ['application/zip', 'zip'] : archiveTypes[compression]
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType,
    config: emptyDescriptor,
    layers: [
      {
        mediaType,
        ...layer,
        // The name of the file that a general client makes of the layer.
        annotations: {
          'org.opencontainers.image.title': `${wareTag(wareId)}.${extension}`,
        },
      },
    ],
    annotations: {
      [wareAnnotation]: formatWareId(wareId),
      ...(strictDigest !== undefined && { [strictAnnotation]: strictDigest }),
    },
  }
  return Buffer.from(JSON.stringify(manifest))
}

const layerType = 'application/vnd.oci.image.layer.v1.tar'

/** OCI has no names for two of them, which no image may use. */
const archiveTypes: Readonly<Record<Compression, readonly [string, string]>> = {
  none: [layerType, 'tar'],
  gzip: [`${layerType}+gzip`, 'tar.gz'],
  zstd: [`${layerType}+zstd`, 'tar.zst'],
  bzip2: ['application/x-bzip2', 'tar.bz2'],
  xz: ['application/x-xz', 'tar.xz'],
}

export interface WareManifest {
  readonly layer: Descriptor
  readonly strictDigest?: string
}

/**
 * Also of artifacts that other programs pushed, so neither the artifact's type nor the
 * annotations are a must.
 */
export function readWareManifest(
  bytes: Uint8Array,
  wareId: WareId,
): { manifest: WareManifest } | { why: string } {
  const value = parseJsonBytes(bytes)
  const layers = memberArray(value, 'layers')
  if (value === undefined || (layers.length === 0 && !hasLayers(value))) {
    return { why: 'it answers with something that is no image manifest' }
  }
  if (layers.length !== 1) {
    return { why: `its manifest has ${layers.length} layers, and a ware has one` }
  }
  const layer = readDescriptor(layers[0])
  if (layer === undefined) {
    return { why: 'the layer of its manifest has no valid digest and size' }
  }
  const annotations = member(value, 'annotations')
  const named = memberString(annotations, wareAnnotation)
  if (named !== undefined && named !== formatWareId(wareId)) {
    return { why: `its manifest is that of another ware, ${quote(named)}` }
  }
  const strictDigest = memberString(annotations, strictAnnotation)
  const known = strictDigest !== undefined && strictForm.test(strictDigest)
  return { manifest: { layer, ...(known && { strictDigest }) } }
}

function hasLayers(value: JsonValue): boolean {
  return Array.isArray(member(value, 'layers'))
}

const strictForm = /^s1:[1-9A-HJ-NP-Za-km-z]{48,66}$/
