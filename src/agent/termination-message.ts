// The last word of a container, which the kubelet copies into the pod's status: what was done, or why
// not. `kubectl describe pod` and `kubectl r2k8s run` read it there.

import { describeProblem, escapeControls, type Problem } from '../errors.ts'
import type { FilledRoot } from './fetch.ts'

/** The kubelet cuts what is longer, in the middle of the JSON. */
export const maxMessageBytes = 4096

export interface Failure {
  /** A code of docs/errors.md. */
  readonly category: string
  /** One line. */
  readonly message: string
  readonly details: Readonly<Record<string, string>>
}

/** The first problem speaks for all; the others and the hints are details. */
export function describeFailure(problems: readonly [Problem, ...Problem[]]): Failure {
  const [first, ...others] = problems
  const hints = [...new Set(problems.flatMap((problem) => problem.hints ?? []))]
  return {
    category: first.code,
    message: describeProblem(first),
    details: {
      ...(hints.length > 0 && { hints: escapeControls(hints.join('; ')) }),
      ...(others.length > 0 && { others: others.map(describeProblem).join('; ') }),
    },
  }
}

/**
 * Long texts are cut, the longest first, until all fits. @param results what could be packed all the same
 */
export function printFailure(
  failure: Failure,
  results: ReadonlyMap<string, string> = new Map(),
): string {
  let { message } = failure
  const details = { ...failure.details }
  const packed = partOf(results)
  for (;;) {
    const text = JSON.stringify({
      ...{ category: failure.category, message, details },
      ...packed,
    })
    const excess = bytesOf(text) - maxMessageBytes
    if (excess <= 0) return text
    const [longest] = Object.entries(details).sort(([, a], [, b]) => b.length - a.length)
    if (longest !== undefined && longest[1].length >= message.length) {
      details[longest[0]] = shorten(longest[1], excess)
    } else message = shorten(message, excess)
  }
}

/** Half of the message at the most: the rest is for the reason. */
function partOf(results: ReadonlyMap<string, string>): object {
  if (results.size === 0) return {}
  const whole = { results: Object.fromEntries(results) }
  const fits = bytesOf(JSON.stringify(whole)) <= maxMessageBytes / 2
  return fits ? whole : { resultsInLog: true, count: results.size }
}

/** Every step takes at least one character away, so that cutting ends. */
function shorten(text: string, excess: number): string {
  const kept = Math.max(0, text.length - Math.max(2, Math.ceil(excess / 6) + 1))
  return `${text.slice(0, kept).replace(/…$|[\ud800-\udbff]$/, '')}${kept > 0 ? '…' : ''}`
}

/** Of many roots with many wares only what fits. */
export function printRoots(roots: readonly FilledRoot[]): string {
  return firstThatFits([
    () => JSON.stringify({ roots }),
    () =>
      JSON.stringify({
        roots: roots.map((root) => ({ ...root, wares: root.wares.length })),
      }),
    () => JSON.stringify({ count: roots.length }),
  ])
}

/** All of them, or the word that they stand in the log: half of the results are none. */
export function printPackResults(results: ReadonlyMap<string, string>): string {
  return firstThatFits([
    () => JSON.stringify({ results: Object.fromEntries(results) }),
    () => JSON.stringify({ resultsInLog: true, count: results.size }),
  ])
}

function firstThatFits(texts: readonly (() => string)[]): string {
  for (const text of texts) {
    const made = text()
    if (bytesOf(made) <= maxMessageBytes) return made
  }
  return '{}'
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}
