// What `docker save` writes: `manifest.json` names images, their configurations and layers.

import { quote } from '../../errors.ts'
import {
  isArray,
  isString,
  memberArray,
  memberString,
  member,
  type JsonArray,
  type JsonValue,
} from '../../json.ts'
import { corruptWare } from '../../ware/ware-problems.ts'
import { digestOf, isDigest } from '../../warehouse/oci/digest.ts'
import { parseJsonBytes } from '../../warehouse/oci/read-bounded.ts'
import type { ImageFiles } from './image-files.ts'
import { imageProblem } from './image-problems.ts'
import type { ImageContext, ImageLayer, ImageSource } from './image-source.ts'
import { readShort } from './image-store.ts'
import { openLayout } from './open-layout.ts'
import { checkPlatform } from './read-image.ts'

/** @param wanted `name:tag` */
export async function openDockerArchive(
  files: ImageFiles,
  wanted: string | undefined,
  context: ImageContext,
): Promise<ImageSource> {
  const file = await files.open('manifest.json')
  if (file === undefined) return openLayout(files, wanted, context)
  const images = parseJsonBytes(await readShort(file.bytes))
  if (!isArray(images)) throw corruptWare('manifest.json is no list of images')
  const image = chooseImage(images, wanted)
  const bytes = await readMember(files, memberString(image, 'Config'))
  const config = parseJsonBytes(bytes)
  if (config === undefined) throw corruptWare('the configuration is no JSON')
  checkPlatform(config, context)
  return {
    digest: digestOf(bytes),
    config,
    layers: layersOf(files, image, config),
    close: files.close,
  }
}

function chooseImage(images: JsonArray, wanted: string | undefined): JsonValue {
  const fits = (image: JsonValue) =>
    wanted === undefined ||
    memberArray(image, 'RepoTags').some((tag) => isSame(tag, wanted))
  const fitting = images.filter(fits)
  const [image] = fitting
  if (image !== undefined && fitting.length === 1) return image
  const tags = images.flatMap((one) => memberArray(one, 'RepoTags')).filter(isString)
  const hints =
    tags.length === 0 ? [] : [`it has ${tags.slice(0, 10).map(quote).join(', ')}`]
  throw wanted === undefined
    ? imageProblem(
        'usage',
        `there are ${images.length} images in it, and none is named`,
        { hints },
      )
    : imageProblem('ware-not-found', `there is no image ${quote(wanted)} in it`, {
        hints,
      })
}

/** docker writes names short, others write them with the registry. */
function isSame(tag: JsonValue, wanted: string): boolean {
  const short = (name: string) => name.replace(/^docker\.io\/(?:library\/)?/, '')
  const full = /:[^/]*$/.test(wanted) ? wanted : `${wanted}:latest`
  return isString(tag) && short(tag) === short(full)
}

function layersOf(files: ImageFiles, image: JsonValue, config: JsonValue): ImageLayer[] {
  const paths = memberArray(image, 'Layers')
  const digests = memberArray(member(config, 'rootfs'), 'diff_ids')
  if (paths.length !== digests.length) {
    const why = `the image has ${paths.length} layers and its configuration ${digests.length}`
    throw corruptWare(why)
  }
  return paths.map((path, i) => {
    const digest = digests[i]
    if (!isDigest(digest)) throw corruptWare('a layer has no valid digest')
    return {
      digest,
      covers: 'inflated',
      open: async () =>
        (await openMember(files, isString(path) ? path : undefined)).bytes,
    }
  })
}

async function openMember(files: ImageFiles, path: string | undefined) {
  const file = path === undefined ? undefined : await files.open(path)
  if (file !== undefined) return file
  throw corruptWare(`${files.name} has no ${quote(path ?? 'configuration')} in it`)
}

async function readMember(files: ImageFiles, path: string | undefined) {
  return readShort((await openMember(files, path)).bytes)
}
