// The strings in an image field that name a formula (admission.md §2.1).

import { isSubdomain } from './kubernetes-names.ts'

/** `:latest` and digests get their own advice; everything else that is ours is malformed or not. */
export type FormulaReference =
  | {
      readonly kind: 'named'
      readonly name: string
      readonly formulaId: string | undefined
    }
  | { readonly kind: 'path'; readonly path: string }
  /** An ordinary image that somebody may have meant for one. */
  | { readonly kind: 'nearly' }
  | { readonly kind: 'malformed'; readonly why: string; readonly hint: string }

const prefix = 'repeatr:0/'
const idSyntax = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const shortestName = 2
const longestName = 245

/** Undefined for an image that is no formula reference at all. */
export function parseFormulaReference(image: string): FormulaReference | undefined {
  if (image.startsWith('./') || image.startsWith('../'))
    return { kind: 'path', path: image }
  if (!image.startsWith(prefix))
    return looksLikeOne(image) ? { kind: 'nearly' } : undefined
  const rest = image.slice(prefix.length)
  if (rest.includes('@')) {
    return malformed('a formula has no digest', 'pin it by its ID: repeatr:0/<name>:<ID>')
  }
  const colon = rest.indexOf(':')
  const name = colon < 0 ? rest : rest.slice(0, colon)
  const formulaId = colon < 0 ? undefined : rest.slice(colon + 1)
  return nameProblem(name) ?? idProblem(formulaId) ?? { kind: 'named', name, formulaId }
}

export function formatFormulaReference(name: string, formulaId?: string): string {
  return formulaId === undefined ? `${prefix}${name}` : `${prefix}${name}:${formulaId}`
}

function looksLikeOne(image: string): boolean {
  return image.endsWith('.formula') || image.startsWith('repeatr:')
}

function nameProblem(name: string): FormulaReference | undefined {
  const hint =
    'the name is that of a Formula object: lower case letters, digits, "-" and "."'
  if (name.length < shortestName) {
    return malformed(`its name has fewer than ${shortestName} characters`, hint)
  }
  if (name.length > longestName) {
    return malformed(`its name has more than ${longestName} characters`, hint)
  }
  if (name.includes('/')) return malformed('its name holds a "/"', hint)
  return isSubdomain(name) ? undefined : malformed('its name is no DNS subdomain', hint)
}

function idProblem(formulaId: string | undefined): FormulaReference | undefined {
  if (formulaId === undefined) return undefined
  if (formulaId === 'latest') {
    return malformed('"latest" is no formula ID', 'drop the tag, or pin the ID')
  }
  if (idSyntax.test(formulaId)) return undefined
  return malformed('what follows the name is no formula ID', 'drop it, or pin the ID')
}

function malformed(why: string, hint: string): FormulaReference {
  return { kind: 'malformed', why, hint }
}
