// Images on disk in OCI's own layout: `index.json` names them, blobs lie by their digests.

import { quote } from '../../errors.ts'
import { member, memberArray, memberString, type JsonValue } from '../../json.ts'
import { corruptWare } from '../../ware/ware-problems.ts'
import { parseJsonBytes } from '../../warehouse/oci/read-bounded.ts'
import { readDescriptor } from '../../warehouse/oci/ware-manifest.ts'
import type { ImageFiles } from './image-files.ts'
import { imageProblem } from './image-problems.ts'
import type { ImageContext, ImageSource } from './image-source.ts'
import { layoutStore, readShort } from './image-store.ts'
import { chooseManifest, readImage } from './read-image.ts'

/** @param wanted tag or digest; without one there must be no choice but that of the platform */
export async function openLayout(
  files: ImageFiles,
  wanted: string | undefined,
  context: ImageContext,
): Promise<ImageSource> {
  const file = await files.open('index.json')
  if (file === undefined) {
    throw imageProblem('ware-not-found', `${files.name} has no index.json`)
  }
  const index = parseJsonBytes(await readShort(file.bytes))
  if (index === undefined) throw corruptWare(`index.json in ${files.name} is no JSON`)
  const store = layoutStore(files)
  const descriptor =
    wanted === undefined ? chooseOnly(index, context) : findWanted(index, wanted)
  return readImage(store, await store.readManifest(descriptor), context)
}

function findWanted(index: JsonValue, wanted: string) {
  const all = memberArray(index, 'manifests')
  const found = all.find(
    (value) => tagOf(value) === wanted || memberString(value, 'digest') === wanted,
  )
  const descriptor = readDescriptor(found)
  if (descriptor !== undefined) return descriptor
  throw imageProblem('ware-not-found', `there is no image ${quote(wanted)} in it`, {
    hints: tagHints(index),
  })
}

/** One image, or the same one for several platforms. */
function chooseOnly(index: JsonValue, context: ImageContext) {
  const tags = new Set(memberArray(index, 'manifests').map(tagOf))
  if (tags.size > 1) {
    throw imageProblem('usage', 'there are several images in it, and none is named', {
      hints: tagHints(index),
    })
  }
  const [only, ...others] = memberArray(index, 'manifests')
  const descriptor = others.length === 0 ? readDescriptor(only) : undefined
  return descriptor ?? chooseManifest(index, context)
}

function tagOf(value: JsonValue): string | undefined {
  return memberString(member(value, 'annotations'), 'org.opencontainers.image.ref.name')
}

function tagHints(index: JsonValue): string[] {
  const tags = memberArray(index, 'manifests').flatMap((value) => tagOf(value) ?? [])
  const some = tags.slice(0, 10).map((tag) => quote(tag))
  return some.length === 0 ? [] : [`it has ${some.join(', ')}`]
}
