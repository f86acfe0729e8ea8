// What Kubernetes takes as the path of a mount.

/** Why the path cannot be one, or a name not part of one; `undefined` when it may. */
export function whyNoMountPath(path: string): string | undefined {
  if (path.includes(':')) return 'a mount path must not contain ":"'
  if (/\p{Cc}/u.test(path)) return 'a mount path must not contain a control character'
  return undefined
}
