// Warehouse addresses: every scheme and both spellings of the content-addressed ones, in one form.

import {
  hasSecretQuery,
  quoteAddress,
  splitAddress,
  whyCredentials,
  whyUnsafeAddress,
  type AddressParts,
} from './address-text.ts'
import { parseGitAddress } from './git-address.ts'
import { nearestWord } from './nearest-word.ts'
import type { Packtype } from './ware-id.ts'

export type WarehouseAddress = {
  /** As the document writes it. */
  readonly text: string
  /** Whether the place of a ware follows from its hash. */
  readonly contentAddressed: boolean
  /**
   * `fan-out` and `flat` are shelves below a base (see `warePath`), `single` is one blob,
   * `artifact` an OCI repository with one tag per ware, `repository` a git repository.
   */
  readonly layout: 'fan-out' | 'flat' | 'single' | 'artifact' | 'repository'
} & (
  | {
      readonly scheme: 'file'
      /** Relative to the working directory unless absolute. */ readonly path: string
    }
  | { readonly scheme: 'http' | 'https' | 'git' | 'ssh'; readonly url: string }
  | { readonly scheme: 's3' | 'gs'; readonly bucket: string; readonly key: string }
  | { readonly scheme: 'oci'; readonly registry: string; readonly repository: string }
)

/**
 * The packtype decides: to git an `https` address is a repository, to the others a blob. The
 * reason never repeats what may be a secret.
 * @example
 * parseWarehouseAddress('ca+https://mirror.example/wares', 'tar')
 */
export function parseWarehouseAddress(
  text: string,
  packtype: Packtype,
): { address: WarehouseAddress } | { why: string } {
  const unsafe = whyUnsafeAddress(text)
  if (unsafe !== undefined) return { why: unsafe }
  const parts = splitAddress(text)
  if (parts?.scheme.includes('http') === true && hasSecretQuery(parts.path)) {
    return { why: whyCredentials(text, ' in its query') }
  }
  if (packtype === 'git') return parseGitAddress(text)
  if (text.includes(' '))
    return { why: `${quoteAddress(text)} contains a space; write %20` }
  if (parts === undefined) {
    return {
      why: `${quoteAddress(text)} has no scheme; write for example ${quoteAddress(`file://${text}`)}`,
    }
  }
  return parseParts(text, parts)
}

/** Why an address given for all wares serves none, of whatever packtype; undefined when it may. */
export function whyNoWarehouse(text: string): string | undefined {
  const ofArchives = parseWarehouseAddress(text, 'tar')
  if ('address' in ofArchives) return undefined
  // To git a plain path is a repository, too; for all wares it is a scheme forgotten.
  const ofCommits = parseWarehouseAddress(text, 'git')
  return 'address' in ofCommits && /:\/\/|^[^/]+@/.test(text) ? undefined : ofArchives.why
}

/** An address on the machine of the author means nothing inside a pod. */
export function isReachableFromPods(address: WarehouseAddress): boolean {
  return address.scheme !== 'file'
}

/** The same for an address as written; one that is none is out of reach. */
export function isWrittenForPods(text: string, packtype: Packtype): boolean {
  const parsed = parseWarehouseAddress(text, packtype)
  return 'address' in parsed && isReachableFromPods(parsed.address)
}

const schemes = {
  file: ['file', 'single'],
  'ca+file': ['file', 'fan-out'],
  'file+ca': ['file', 'flat'],
  http: ['http', 'single'],
  'ca+http': ['http', 'fan-out'],
  'http+ca': ['http', 'flat'],
  https: ['https', 'single'],
  'ca+https': ['https', 'fan-out'],
  'https+ca': ['https', 'flat'],
  s3: ['s3', 'single'],
  'ca+s3': ['s3', 'fan-out'],
  's3+ca': ['s3', 'flat'],
  's3+splay': ['s3', 'flat'],
  gs: ['gs', 'single'],
  'gs+ca': ['gs', 'flat'],
  oci: ['oci', 'artifact'],
} as const

function isScheme(word: string): word is keyof typeof schemes {
  return Object.hasOwn(schemes, word)
}

function parseParts(
  text: string,
  parts: AddressParts,
): { address: WarehouseAddress } | { why: string } {
  if (!isScheme(parts.scheme)) return { why: explainScheme(text, parts.scheme) }
  if (parts.userInfo !== undefined) return { why: whyCredentials(text) }
  if (parts.host.startsWith('-')) {
    return { why: `${quoteAddress(text)} has a host that starts with "-"` }
  }
  const [scheme, layout] = schemes[parts.scheme]
  const common = { text, layout, contentAddressed: layout !== 'single' }
  switch (scheme) {
    case 'file': {
      const path = readFilePath(text, parts)
      return 'why' in path ? path : { address: { ...common, scheme, path: path.path } }
    }
    case 'http':
    case 'https': {
      const url = readHttpUrl(text, scheme, parts, common.contentAddressed)
      return 'why' in url ? url : { address: { ...common, scheme, url: url.url } }
    }
    case 's3':
    case 'gs': {
      const object = readObjectName(text, parts, common.contentAddressed)
      return 'why' in object ? object : { address: { ...common, scheme, ...object } }
    }
    case 'oci': {
      const repository = readOciRepository(text, parts)
      return 'why' in repository
        ? repository
        : { address: { ...common, scheme, ...repository } }
    }
  }
}

function explainScheme(text: string, scheme: string): string {
  const nearest = nearestWord(scheme, Object.keys(schemes))
  const hint =
    nearest === undefined
      ? `known are ${Object.keys(schemes).join(', ')}`
      : `did you mean "${nearest}"?`
  return `${quoteAddress(text)} has an unknown scheme; ${hint}`
}

/** Host and path together are the path: `file://./x` and `file://x` are relative. */
function readFilePath(
  text: string,
  parts: AddressParts,
): { path: string } | { why: string } {
  const written = parts.host + parts.path
  if (/[?#]/.test(written))
    return { why: `${quoteAddress(text)} has a query or a fragment` }
  const path = decodePercent(written)
  if (path === undefined || path.includes('\0')) {
    return { why: `${quoteAddress(text)} has a "%" that encodes no character` }
  }
  return path === '' ? { why: `${quoteAddress(text)} names no path` } : { path }
}

function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined // the only thing it throws is URIError
  }
}

function readHttpUrl(
  text: string,
  scheme: string,
  parts: AddressParts,
  contentAddressed: boolean,
): { url: string } | { why: string } {
  const written = `${scheme}://${parts.host}${parts.path}`
  if (parts.host === '' || !URL.canParse(written)) {
    return { why: `${quoteAddress(text)} is no valid URL` }
  }
  const url = new URL(written)
  if (url.hash !== '') return { why: `${quoteAddress(text)} has a fragment` }
  if (!contentAddressed) return { url: url.href }
  // The path of the ware is appended, so nothing may stand behind the base.
  if (url.search !== '')
    return { why: `${quoteAddress(text)} is content-addressed and has a query` }
  return { url: url.href.replace(/\/+$/, '') }
}

const bucketName = /^[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]$/

function readObjectName(
  text: string,
  parts: AddressParts,
  contentAddressed: boolean,
): { bucket: string; key: string } | { why: string } {
  if (!bucketName.test(parts.host))
    return { why: `${quoteAddress(text)} names no valid bucket` }
  if (/[?#]/.test(parts.path))
    return { why: `${quoteAddress(text)} has a query or a fragment` }
  const key = parts.path.replace(/^\/+/, '').replace(/\/+$/, '')
  if (key === '' && !contentAddressed) {
    return { why: `${quoteAddress(text)} names a bucket and no object in it` }
  }
  return { bucket: parts.host, key }
}

const registryName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?$/
const repositorySegment = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/

/** Without tag: every ware has its own. */
function readOciRepository(
  text: string,
  parts: AddressParts,
): { registry: string; repository: string } | { why: string } {
  const repository = parts.path.replace(/^\//, '').replace(/\/$/, '')
  const isHost = registryName.test(parts.host)
  if (isHost && !isRepository(repository) && isRepository(repository.toLowerCase())) {
    return {
      why: `${quoteAddress(text)} has upper case in its repository, which registries do not allow`,
    }
  }
  if (!isHost || !isRepository(repository)) {
    return {
      why: `${quoteAddress(text)} is not "oci://registry/repository" without a tag`,
    }
  }
  return { registry: parts.host, repository }
}

function isRepository(text: string): boolean {
  return text.split('/').every((segment) => repositorySegment.test(segment))
}
