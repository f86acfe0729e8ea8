// The manifests that come with the program: the bundler puts the files of manifests/ into it.

declare const R2K8S_MANIFESTS: readonly (readonly [string, string])[]

/** File names below manifests/ → text. */
export function readManifests(): ReadonlyMap<string, string> {
  return new Map(R2K8S_MANIFESTS)
}
