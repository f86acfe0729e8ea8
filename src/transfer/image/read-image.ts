// From a manifest, or an index of several, to the image for one platform.

import { quote } from '../../errors.ts'
import { isArray, member, memberArray, memberString, type JsonValue } from '../../json.ts'
import { corruptWare } from '../../ware/ware-problems.ts'
import { digestOf } from '../../warehouse/oci/digest.ts'
import { parseJsonBytes } from '../../warehouse/oci/read-bounded.ts'
import { readDescriptor, type Descriptor } from '../../warehouse/oci/ware-manifest.ts'
import { imageProblem } from './image-problems.ts'
import type { ImageContext, ImageSource } from './image-source.ts'
import { readShort, type ImageStore } from './image-store.ts'
import {
  choosePlatform,
  formatPlatform,
  readPlatform,
  runsOn,
  wantedPlatform,
} from './platform.ts'

const deepestIndex = 3

/** @param bytes of a manifest or an index */
export async function readImage(
  store: ImageStore,
  bytes: Uint8Array,
  context: ImageContext,
): Promise<ImageSource> {
  let current = bytes
  for (let depth = 0; depth <= deepestIndex; depth++) {
    const value = parseJsonBytes(current)
    if (isArray(member(value, 'layers'))) {
      return readManifest(store, { value, digest: digestOf(current) }, context)
    }
    if (!isArray(member(value, 'manifests'))) {
      if (member(value, 'fsLayers') !== undefined) {
        throw imageProblem('ware-corrupt', 'the manifest has the form of before 2016')
      }
      throw corruptWare(`${store.name} answers with something that is no manifest`)
    }
    current = await store.readManifest(chooseManifest(value, context))
  }
  throw corruptWare(`more than ${deepestIndex} indexes within each other`)
}

/** Those beside images (signatures, provenance) have a platform that nobody wants. */
export function chooseManifest(index: JsonValue | undefined, { platform }: ImageContext) {
  const wanted = wantedPlatform(platform)
  const all = memberArray(index, 'manifests').flatMap((value) => {
    const descriptor = readDescriptor(value)
    return descriptor === undefined
      ? []
      : [{ descriptor, platform: readPlatform(member(value, 'platform')) }]
  })
  const [only] = all
  // Its configuration tells the platform, then.
  if (only !== undefined && all.length === 1 && only.platform === undefined) {
    return only.descriptor
  }
  const offers = all.flatMap((offer) =>
    offer.platform === undefined ? [] : [{ ...offer, platform: offer.platform }],
  )
  const chosen = choosePlatform(offers, wanted)
  if (chosen !== undefined) return chosen.descriptor
  const names = offers
    .map((offer) => formatPlatform(offer.platform))
    .filter((name) => !name.startsWith('unknown/'))
  const why = `the image is not for ${formatPlatform(wanted)}`
  if (names.length === 0)
    throw imageProblem('ware-not-found', `${why}, nor for any other`)
  const hint = `choose with --platform: ${[...new Set(names)].map((name) => quote(name)).join(', ')}`
  throw imageProblem('ware-not-found', why, { hints: [hint] })
}

interface Manifest {
  readonly value: JsonValue | undefined
  readonly digest: string
}

async function readManifest(
  store: ImageStore,
  { value, digest }: Manifest,
  context: ImageContext,
): Promise<ImageSource> {
  const layers = memberArray(value, 'layers').map(checkedLayer)
  const configDescriptor = readDescriptor(member(value, 'config'))
  if (configDescriptor === undefined)
    throw corruptWare('the manifest names no configuration')
  const config = parseJsonBytes(await readShort(await store.openBlob(configDescriptor)))
  if (config === undefined) throw corruptWare('the configuration is no JSON')
  checkPlatform(config, context)
  return {
    digest,
    config,
    layers: layers.map((layer) => ({
      digest: layer.digest,
      covers: 'stored',
      size: layer.size,
      open: () => store.openBlob(layer),
    })),
    close: store.close,
  }
}

function checkedLayer(value: JsonValue): Descriptor {
  const layer = readDescriptor(value)
  if (layer === undefined) throw corruptWare('a layer has no valid digest and size')
  // Artifacts of other kinds lie in registries, too.
  if (!/[.+]tar(?:[.+](?:gzip|zstd))?$/.test(layer.mediaType)) {
    const type = quote(memberString(value, 'mediaType') ?? '')
    throw imageProblem('ware-corrupt', `a layer of type ${type} is none of an image`)
  }
  return layer
}

/** Whoever names a platform means it; else a program for another machine is only strange. */
export function checkPlatform(
  config: JsonValue,
  { platform, report }: Pick<ImageContext, 'platform' | 'report'>,
): void {
  const found = readPlatform(config)
  const wanted = wantedPlatform(platform)
  if (found === undefined || runsOn(found, wanted)) return
  const why = `the image is for ${quote(formatPlatform(found))}, not for ${formatPlatform(wanted)}`
  if (platform !== undefined) throw imageProblem('ware-not-found', why)
  report({ kind: 'log', level: 'warn', message: why })
}
