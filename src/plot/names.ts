// Names in plots, modules and catalogs: what each may hold, and the one that was probably meant.

import { quote } from '../errors.ts'
import type { ProblemLog } from '../formula/problem-log.ts'
import { nearestWord } from '../ware/nearest-word.ts'

/** Plots within plots join them, and thousands of steps may have such a prefix. */
export const longestLabel = 255

/** Of steps, inputs and outputs: what can stand between the colons of a pipe. */
export function whyNoLabel(name: string): string | undefined {
  if (name === '') return 'a name is empty'
  if (name.length > longestLabel) {
    return `${quote(name)} is no name: it has more than ${longestLabel} characters`
  }
  if (!/[:\s\p{Cc}]/u.test(name)) return undefined
  return `${quote(name)} is no name: it holds ":", white space or a control character`
}

const longestDomain = 253
const longestSegment = 63
const domainLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const pathSegment = /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/

/** `foo.org/team/project` (formulas.md §12.2). Such a name never leads out of a directory. */
export function whyNoModuleName(name: string): string | undefined {
  const [domain = '', ...path] = name.split('/')
  if (domain.length > longestDomain) {
    return `${quote(name)} is no module name: its domain has more than ${longestDomain} characters`
  }
  const why = (segment: string, form: RegExp, dots: string) => {
    if (segment.length > longestSegment) {
      return `${quote(segment)} has more than ${longestSegment} characters`
    }
    if (form.test(segment)) return undefined
    return `${quote(segment)} is not lower-case letters, digits${dots} and "-" with a letter or digit at both ends`
  }
  const wrong =
    domain
      .split('.')
      .map((label) => why(label, domainLabel, ''))
      .find((found) => found !== undefined) ??
    path
      .map((segment) => why(segment, pathSegment, ', "."'))
      .find((found) => found !== undefined)
  return wrong && `${quote(name)} is no module name: ${wrong}`
}

/** A release is a file of its catalog; with ".json" behind it the name must still fit on a disk. */
export function whyNoReleaseName(name: string): string | undefined {
  const why = whyNoLabel(name)
  if (why !== undefined) return why
  if (/[/\\]/.test(name)) return `${quote(name)} is no release: it holds a slash`
  if (name.startsWith('.')) return `${quote(name)} is no release: it begins with "."`
  const fits = new TextEncoder().encode(name).length <= 200
  return fits ? undefined : `${quote(name)} is no release: it is too long`
}

/** Of the directories that hold the catalogs of a root workspace. */
export function isCatalogName(name: string): boolean {
  return /^[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/.test(name)
}

const mostCandidates = 1000
const longestCandidate = 64

/** `nearestWord` among names that a stranger has chosen: as many as he likes, as long as he likes. */
export function nearName(name: string, known: Iterable<string>): string | undefined {
  const candidates: string[] = []
  for (const candidate of known) {
    if (candidates.length === mostCandidates) break
    if (candidate.length <= longestCandidate) candidates.push(candidate)
  }
  return nearestWord(name, candidates)
}

/** More would be read by nobody, and each costs a comparison with a thousand names. */
const mostHints = 20

/** `; did you mean "x"?`, or nothing. */
export function meant(log: ProblemLog, name: string, known: Iterable<string>): string {
  const near = log.found.length < mostHints ? nearName(name, known) : undefined
  return near === undefined ? '' : `; did you mean ${quote(near)}?`
}
