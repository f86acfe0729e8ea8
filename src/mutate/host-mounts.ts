// Inputs that are directories of the machine: refused unless the settings name their place.

import { quote, type Problem } from '../errors.ts'
import type { FormulaInput } from '../formula/formula.ts'
import { hashText } from '../hash-text.ts'
import type { JsonObject } from '../json.ts'
import { cleanPath, isBelow } from './container-path.ts'
import type { Settings } from './settings.ts'

export interface HostMount {
  /** Cleaned `mountPath`. */
  readonly path: string
  readonly kind: 'directory'
  readonly volume: JsonObject
  readonly volumeMount: JsonObject
}

/** Nothing for an input that is a ware. */
export function hostMount(
  input: FormulaInput,
  root: number,
  settings: Settings,
): (HostMount | { readonly problem: Problem })[] {
  if (input.source.kind !== 'mount') return []
  const { hostPath, mode } = input.source
  const refuse = (why: string, hint: string) => {
    const task = `mount ${quote(hostPath)} of the node at ${quote(input.path)}`
    const { where } = input
    return [
      { problem: { code: 'formula-invalid' as const, task, where, why, hints: [hint] } },
    ]
  }
  if (!hostPath.startsWith('/')) {
    return refuse(
      'the path is relative to the formula, on the machine of its author',
      'pack the directory into a ware and name that as the input',
    )
  }
  const path = cleanPath(hostPath)
  if (!settings.allowedHostPaths.some((allowed) => isBelow(path, cleanPath(allowed)))) {
    return refuse(
      'the settings do not allow it',
      'an administrator can allow it: settings member "allowedHostPaths"',
    )
  }
  if (mode === 'overlay') {
    return refuse('an overlay over it needs privileges', 'mount it "ro" or "rw"')
  }
  if (input.path === '/') {
    return refuse(
      'no volume can stand at the root of a container',
      'use a ware as the root',
    )
  }
  const name = volumeName(root, path)
  return [
    {
      path: input.path,
      kind: 'directory',
      volume: { name, hostPath: { path } },
      volumeMount: {
        name,
        mountPath: input.path,
        ...(mode === 'ro' && { readOnly: true }),
      },
    },
  ]
}

/** Readable and distinct: two paths of one root never meet in the same name. */
function volumeName(root: number, path: string): string {
  const words = path
    .slice(1)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  return (
    `r2k8s-host-${root}-${words.slice(0, 30)}`.replace(/-+$/, '') +
    `-${hashText(path).toString(36)}`
  )
}
