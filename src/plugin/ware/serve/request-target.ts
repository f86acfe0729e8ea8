// What a request asks for. A path is a ware hash in one of two places, or nothing: no part of it ever
// reaches the file system before it has been read as a hash.

import { makeWareId, type WareId } from '../../../ware/ware-id.ts'
import { warePath } from '../../../ware/ware-path.ts'

export type RequestTarget =
  | { readonly kind: 'ware'; readonly wareId: WareId }
  | { readonly kind: 'front' | 'health' | 'nothing' | 'malformed' }

/** Nothing that names a ware is longer; a query is none of our business, but others add them. */
const longestTarget = 1024

/**
 * Hashes need no percent-encoding, so nothing is decoded: whatever has a `%` is no ware.
 * @param target of the request line, as it came
 */
export function readTarget(target: string): RequestTarget {
  if (!target.startsWith('/') || target.length > longestTarget) {
    return { kind: 'malformed' }
  }
  const [path = ''] = target.split('?', 1)
  if (path === '/') return { kind: 'front' }
  if (path === '/healthz') return { kind: 'health' }
  if (/[^A-Za-z0-9_/-]/.test(path)) return { kind: 'malformed' }
  const hash = path.slice(path.lastIndexOf('/') + 1)
  // tar and zip share the hashes; what the blob is, only its reader knows.
  const made = makeWareId('tar', hash)
  if ('why' in made) return { kind: 'nothing' }
  const { wareId } = made
  const places = [warePath(wareId, 'fan-out'), warePath(wareId, 'flat')]
  return places.includes(path.slice(1)) ? { kind: 'ware', wareId } : { kind: 'nothing' }
}
