// A private directory that exists only if somebody asks for it.

import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { removeTree } from '../fileset/remove-tree.ts'
import { explainSystemError } from '../system-error.ts'

export interface Scratch {
  readonly path: () => string
  /** Removes it with all that is in it. */
  readonly close: () => void
}

/** @param base an existing directory, usually TMPDIR */
export function openScratch(base: string): Scratch {
  let made: string | undefined
  return {
    path: () => (made ??= make(base)),
    close: () => {
      if (made !== undefined) removeTree(made)
      made = undefined
    },
  }
}

function make(base: string): string {
  try {
    return mkdtempSync(join(base, 'r2k8s-'))
  } catch (error) {
    const task = `make a temporary directory in ${base}`
    const why = explainSystemError(error)
    throw new R2k8sError(
      [{ code: 'local-cache-problem', task, why, hints: ['set TMPDIR'] }],
      {
        cause: error,
      },
    )
  }
}
