// References to what a catalog knows: `module:release:item`.

import { quote } from '../errors.ts'
import { whyNoLabel, whyNoModuleName, whyNoReleaseName } from './names.ts'

export interface CatalogReference {
  /** `foo.org/team/project` */
  readonly module: string
  readonly release: string
  readonly item: string
}

/**
 * @example
 * parseCatalogReference('warpsys.org/busybox:v1.35.0:amd64-static')
 */
export function parseCatalogReference(
  text: string,
): { reference: CatalogReference } | { why: string } {
  const [module = '', release = '', item, ...rest] = text.split(':')
  if (item === undefined || rest.length > 0) {
    return { why: `${quote(text)} is not of the form "module:release:item"` }
  }
  const reference = { module, release, item }
  const why = whyNoReference(reference)
  return why === undefined ? { reference } : { why }
}

export function whyNoReference(reference: CatalogReference): string | undefined {
  const { module, release, item } = reference
  return whyNoModuleName(module) ?? whyNoReleaseName(release) ?? whyNoLabel(item)
}

export function formatCatalogReference(reference: CatalogReference): string {
  return `${reference.module}:${reference.release}:${reference.item}`
}
