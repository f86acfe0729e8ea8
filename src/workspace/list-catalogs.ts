// The catalogs that count, in the order of asking.

import { statSync } from 'node:fs'
import { throwIfAny, type Problem } from '../errors.ts'
import { readingCatalog } from '../plot/catalog.ts'
import { explainSystemError, systemErrorCode } from '../system-error.ts'
import type { Workspace } from './find-workspaces.ts'

/**
 * Those that the user names come before those of workspaces.
 * @param named absolute; each holds modules directly
 * @returns directories, each once
 * @throws R2k8sError `usage` for what is named and no directory
 */
export function listCatalogs(
  named: readonly string[],
  workspaces: readonly Workspace[],
): readonly string[] {
  throwIfAny(named.flatMap(whyNoCatalog))
  return [...new Set([...named, ...workspaces.flatMap(({ catalogs }) => catalogs)])]
}

function whyNoCatalog(where: string): readonly Problem[] {
  const refuse = (why: string): readonly Problem[] => [
    { code: 'usage', task: readingCatalog, where, why },
  ]
  try {
    return statSync(where).isDirectory() ? [] : refuse('it is no directory')
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return refuse(explainSystemError(error))
  }
}
