// From a reference to the image behind it: registry, OCI layout or docker's archive.

import { resolve } from 'node:path'
import { filesInArchive, filesInDirectory, type ImageFiles } from './image-files.ts'
import { parseImageReference, type ImageReference } from './image-reference.ts'
import type { ImageContext, ImageSource } from './image-source.ts'
import { registryStore } from './image-store.ts'
import { openDockerArchive } from './open-docker-archive.ts'
import { openLayout } from './open-layout.ts'
import { readImage } from './read-image.ts'

/**
 * Reads manifest and configuration; layers are opened later. The image is to be closed.
 * @throws R2k8sError
 */
export async function openImage(
  reference: string,
  context: ImageContext,
): Promise<ImageSource> {
  const place = parseImageReference(reference)
  if (place.kind === 'registry') {
    const store = registryStore(place, context)
    return readImage(store, await store.readTag(place.reference), context)
  }
  const files = await openFiles(place, context)
  try {
    return place.kind === 'docker-archive'
      ? await openDockerArchive(files, place.wanted, context)
      : await openLayout(files, place.wanted, context)
  } catch (error) {
    await files.close()
    throw error
  }
}

async function openFiles(
  place: Exclude<ImageReference, { kind: 'registry' }>,
  context: ImageContext,
): Promise<ImageFiles> {
  const path = resolve(context.cwd, place.path)
  return place.kind === 'layout' ? filesInDirectory(path) : filesInArchive(path, context)
}
