// Where the submodules of a commit come from, as its `.gitmodules` says.

import { resolve } from 'node:path'
import type { RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { displayText } from '../ware/raw-text.ts'
import {
  parseWarehouseAddress,
  type WarehouseAddress,
} from '../ware/warehouse-address.ts'
import { inoperablePath } from '../ware/ware-problems.ts'
import { readConfig } from './git-config.ts'
import { isPrivateHost } from './private-host.ts'

/** @param text raw; path in the commit → URL as written */
export function readModules(text: RawText): ReadonlyMap<RawText, string> {
  const paths = new Map<string, RawText>()
  const urls = new Map<string, string>()
  for (const { section, subsection, key, value } of readConfig(text)) {
    if (section !== 'submodule' || subsection === undefined) continue
    if (key === 'path') paths.set(subsection, value.replace(/\/+$/, ''))
    if (key === 'url') urls.set(subsection, displayText(value))
  }
  const modules = new Map<RawText, string>()
  for (const [name, path] of paths) {
    const url = urls.get(name)
    if (url !== undefined) modules.set(path, url)
  }
  return modules
}

export interface SubmodulePlace {
  /** In the ware. */
  readonly path: RawText
  readonly url: string | undefined
  readonly parent: WarehouseAddress
  readonly cwd: string
}

/** @throws R2k8sError inoperable-path when it has no address that may be asked */
export function locateSubmodule(place: SubmodulePlace): WarehouseAddress {
  const { path, url, parent } = place
  if (url === undefined) throw refuse(path, 'has no URL in .gitmodules')
  const isRelative = url.startsWith('./') || url.startsWith('../')
  const text = isRelative ? resolveRelative(place, url) : url
  const parsed = parseWarehouseAddress(text, 'git')
  if ('why' in parsed) throw refuse(path, `cannot be fetched: ${parsed.why}`)
  const { address } = parsed
  switch (address.scheme) {
    case 'http':
    case 'https':
      checkServer(place, new URL(address.url))
      return address
    case 'file':
      // Who makes a commit may not choose among the files of who fetches it.
      if (parent.scheme === 'file') return address
      throw refuse(
        path,
        `is at ${quoteAddress(text)}, a path on the machine of the author`,
      )
    case 'git':
    case 'ssh':
    case 's3':
    case 'gs':
    case 'oci':
      throw refuse(
        path,
        `is at ${quoteAddress(text)}, which is not spoken here; the repository of the commit can name an https address, or ./ and ../ for one beside it`,
      )
  }
}

/**
 * Who makes a commit may not have the servers asked that only the one who fetches it can reach: not
 * by address or plain name, unless the commit itself comes from such a one.
 */
function checkServer({ path, parent }: SubmodulePlace, url: URL): void {
  const own =
    parent.scheme === 'http' || parent.scheme === 'https' ? parent.url : undefined
  const from = own === undefined ? undefined : new URL(own)
  if (from?.origin === url.origin) return
  if (from?.protocol === 'https:' && url.protocol === 'http:') {
    throw refuse(path, `leads from https to http (${url.host}), which is not followed`)
  }
  const isOwnNetwork = from === undefined || isPrivateHost(from.hostname)
  if (isPrivateHost(url.hostname) && !isOwnNetwork) {
    throw refuse(path, `is at ${url.host}, which is no public server`)
  }
}

/** `../` takes off the last step of the parent's address, as git does it. */
function resolveRelative({ path, parent, cwd }: SubmodulePlace, url: string): string {
  if (parent.scheme === 'file') return resolve(cwd, parent.path, url)
  if (parent.scheme !== 'http' && parent.scheme !== 'https') {
    throw refuse(path, 'has a relative URL')
  }
  const { origin, pathname } = new URL(parent.url)
  const steps = pathname.split('/').filter((step) => step !== '')
  for (const step of url.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) {
      throw refuse(
        path,
        `has the URL ${quoteAddress(url)}, which leads out of its server`,
      )
    }
  }
  return `${origin}/${steps.join('/')}`
}

function refuse(path: RawText, why: string) {
  return inoperablePath(`the submodule ${quoteRaw(path)} ${why}`)
}
