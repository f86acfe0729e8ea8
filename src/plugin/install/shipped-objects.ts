// The objects that come with the program, where it does not matter which images they name.

import type { JsonObject } from '../../json.ts'
import { adjustManifests } from './adjust-manifests.ts'
import { readManifests } from './manifests.ts'

/** In the order in which they are applied. */
export function shippedObjects(certManager: boolean): JsonObject[] {
  const manifests = adjustManifests(readManifests(), { image: 'any', certManager })
  return manifests.map(({ object }) => object)
}
