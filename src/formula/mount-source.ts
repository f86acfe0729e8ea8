// Inputs that are directories of the host: `mount:<mode>:<path>`.

import { quote } from '../errors.ts'

export type MountMode = 'ro' | 'rw' | 'overlay'

export interface MountSource {
  readonly kind: 'mount'
  readonly mode: MountMode
  readonly hostPath: string
}

/** Expects a text that begins with `mount:`; the dialects know different modes. */
export function readMount(
  source: string,
  modes: readonly MountMode[],
): MountSource | { why: string } {
  const match = /^mount:([^:]*):(.+)$/s.exec(source)
  if (match === null) {
    return { why: `${quote(source)} is not of the form "mount:<mode>:<host path>"` }
  }
  const [, word = '', hostPath = ''] = match
  const mode = modes.find((candidate) => candidate === word)
  if (mode === undefined) {
    return { why: `${quote(word)} is no mode of a mount; known are ${modes.join(', ')}` }
  }
  if (hostPath.includes('\0'))
    return { why: 'the path of a mount contains a NUL character' }
  return { kind: 'mount', mode, hostPath }
}
