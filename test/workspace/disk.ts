// A directory with what a test puts into it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { warpforgeCid } from '../../src/formula/warpforge-identity.ts'
import type { JsonObject } from '../../src/json.ts'
import { locate } from '../formula/vectors.ts'

/** @param files path to content; a path that ends with "/" is an empty directory */
export function makeTree(files: Readonly<Record<string, string | JsonObject>>): string {
  const top = mkdtempSync(join(tmpdir(), 'r2k8s-workspace-'))
  onTestFinished(() => {
    rmSync(top, { recursive: true })
  })
  for (const [path, content] of Object.entries(files)) {
    const whole = join(top, path)
    mkdirSync(path.endsWith('/') ? whole : dirname(whole), { recursive: true })
    if (path.endsWith('/')) continue
    writeFileSync(whole, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return top
}

/** The files of one module with one release. */
export function moduleFiles(
  directory: string,
  module: string,
  { release, items, byWare }: ModuleContent,
): Readonly<Record<string, JsonObject>> {
  const at = `${directory}/${module}`
  const document = { releaseName: release, items, metadata: {} }
  const releases = { [release]: warpforgeCid(locate(document)) }
  return {
    [`${at}/_module.json`]: {
      'catalogmodule.v1': { name: module, releases, metadata: {} },
    },
    [`${at}/_releases/${release}.json`]: document,
    ...(byWare && { [`${at}/_mirrors.json`]: { 'catalogmirrors.v1': { byWare } } }),
  }
}

export interface ModuleContent {
  readonly release: string
  readonly items: Readonly<Record<string, string>>
  readonly byWare?: Readonly<Record<string, readonly string[]>>
}
