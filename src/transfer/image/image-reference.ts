// How users name images: registries as docker does, files and directories as skopeo does.

import { quote } from '../../errors.ts'
import { quoteAddress } from '../../ware/address-text.ts'
import { isDigest } from '../../warehouse/oci/digest.ts'
import { imageProblem } from './image-problems.ts'

export type ImageReference =
  | {
      readonly kind: 'registry'
      readonly registry: string
      readonly repository: string
      /** A tag, or a digest where both are given. */
      readonly reference: string
    }
  | {
      readonly kind: 'layout' | 'layout-archive' | 'docker-archive'
      readonly path: string
      /** Tag or digest of a layout, `name:tag` of a docker archive. */
      readonly wanted: string | undefined
    }

/**
 * @throws R2k8sError usage
 * @example
 * parseImageReference('oci:./build/image:latest')
 */
export function parseImageReference(text: string): ImageReference {
  const [, transport = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? []
  switch (transport) {
    case 'oci':
      return { kind: 'layout', ...splitPath(text, rest) }
    case 'oci-archive':
      return { kind: 'layout-archive', ...splitPath(text, rest) }
    case 'docker-archive':
      return { kind: 'docker-archive', ...splitArchive(text, rest) }
    case 'docker':
      return parseRegistryReference(text, rest.replace(/^\/\//, ''))
    default:
      return parseRegistryReference(text, text)
  }
}

function splitPath(text: string, rest: string) {
  const [, path = '', digest] = /^(.*?)(?:@([^@/]*))?$/s.exec(rest) ?? []
  if (digest !== undefined) {
    if (!isDigest(digest)) throw malformed(text, `${quote(digest)} is no digest`)
    return checkedPath(text, path, digest)
  }
  const [, before = '', tag] = /^(.*?)(?::([^:/]*))?$/s.exec(rest) ?? []
  return checkedPath(text, before, tag)
}

/** The name behind the path may have colons and slashes itself: `app.tar:docker.io/app:1`. */
function splitArchive(text: string, rest: string) {
  const [, path = '', name] = /^([^:]*)(?::(.*))?$/s.exec(rest) ?? []
  return checkedPath(text, path, name)
}

function checkedPath(text: string, path: string, wanted: string | undefined) {
  if (path === '' || path.includes('\0')) throw malformed(text, 'it names no path')
  return { path, wanted: wanted === '' ? undefined : wanted }
}

const hostForm =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/
const segmentForm = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const longestName = 255

function parseRegistryReference(text: string, name: string): ImageReference {
  if (/^[a-z0-9+]+:\/\//i.test(name)) {
    throw malformed(text, 'it has an unknown form; a registry goes without "https://"')
  }
  const at = name.indexOf('@')
  const digest = at < 0 ? undefined : name.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) {
    throw malformed(text, 'what follows "@" is no digest')
  }
  const named = at < 0 ? name : name.slice(0, at)
  const [, path = '', tag] = /^(.*?)(?::([^:/]*))?$/s.exec(named) ?? []
  if (tag !== undefined && !tagForm.test(tag)) {
    throw malformed(text, `${quote(tag)} is no tag`)
  }
  const { registry, repository } = splitName(path)
  const valid =
    hostForm.test(registry) &&
    repository.length <= longestName &&
    repository.split('/').every((segment) => segmentForm.test(segment))
  if (!valid) throw malformed(text, 'it is no "registry/repository:tag"')
  return { kind: 'registry', registry, repository, reference: digest ?? tag ?? 'latest' }
}

/** What stands first is a registry when it looks like a host; else it is one of Docker Hub's. */
function splitName(path: string): { registry: string; repository: string } {
  const slash = path.indexOf('/')
  const first = path.slice(0, Math.max(slash, 0))
  if (/[.:]/.test(first) || first === 'localhost') {
    const repository = path.slice(slash + 1)
    const isLibrary = first === 'docker.io' && !repository.includes('/')
    return {
      registry: first,
      repository: isLibrary ? `library/${repository}` : repository,
    }
  }
  return { registry: 'docker.io', repository: slash < 0 ? `library/${path}` : path }
}

function malformed(text: string, why: string): Error {
  return imageProblem('usage', `${quoteAddress(text)} names no image: ${why}`, {
    hints: [
      'images are named registry/repository:tag, oci:DIRECTORY[:tag], oci-archive:FILE[:tag] or docker-archive:FILE[:name:tag]',
    ],
  })
}
