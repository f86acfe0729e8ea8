// Which authorities there should be and which one signs, so that at no moment a certificate is shown
// that the API server does not trust yet, or no longer (admission.md §7).

import { authorityLife, day, leafLife, type Authority } from './authority.ts'

/**
 * Milliseconds until a new authority signs: the API server takes notice of a new bundle within seconds,
 * and its requests run for some more.
 */
export const usualSettling = 60_000

export interface AuthorityPlan {
  /** Those that stay, newest first; all of them are trusted. */
  readonly keep: readonly Authority[]
  /** Whether a new one is needed. */
  readonly renew: boolean
  /** Undefined when there is none at all. */
  readonly signer: Authority | undefined
}

export function planAuthorities(
  authorities: readonly Authority[],
  now: number,
  settling = usualSettling,
): AuthorityPlan {
  const newestFirst = [...authorities].sort((a, b) => b.added - a.added)
  const keep = newestFirst.filter((_, i) => {
    const successor = newestFirst[i - 1]
    // Whatever it has signed has run out by then.
    return successor === undefined || now - successor.added < settling + leafLife + day
  })
  const [newest] = keep
  const renew = newest === undefined || now - newest.added > (authorityLife * 2) / 3
  // A lone one has nobody to wait for.
  const settled = keep.find(({ added }) => now - added >= settling)
  return { keep, renew, signer: settled ?? keep.at(-1) }
}
