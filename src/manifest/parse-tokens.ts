// The first look at YAML text, before the `yaml` package composes it: characters that YAML does
// not have, and nesting so deep that functions which call themselves would run out of stack.

import { Lexer, Parser, type CST, type YAMLError } from 'yaml'

import type { TextProblem } from '../located.ts'

/** Collections within each other. Kubernetes objects stay far below it. */
export const maxDepth = 200

export function tooDeep(offset: number): TextProblem {
  return { message: `more than ${maxDepth} collections within each other`, offset }
}

export interface ParsedTokens {
  readonly tokens: readonly CST.Token[]
  /** With a problem the tokens are not worth a look. */
  readonly problem: TextProblem | undefined
}

/** @param most words of YAML's grammar: each takes two kilobytes until the text is read */
export function parseTokens(text: string, most = Infinity): ParsedTokens {
  const problem = findForbiddenCharacter(text)
  return problem === undefined ? parseShallow(text, most) : { tokens: [], problem }
}

/** Those that kubectl's reader takes, wherever they stand, comments and quotes included. */
const forbidden = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

function findForbiddenCharacter(text: string): TextProblem | undefined {
  const match = forbidden.exec(text)
  if (match === null) return undefined
  const code = match[0].charCodeAt(0)
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const kind = code < 0xa0 ? 'control character' : 'character'
  return { message: `the ${kind} ${name} is not allowed in YAML`, offset: match.index }
}

function tooLong(most: number, offset: number): TextProblem {
  return { message: `more than ${most} words and signs of YAML`, offset }
}

/**
 * The package's parser keeps the collections around its place in a list, and calls itself once for
 * each that ends: so this stops as soon as the list is too long.
 */
function parseShallow(text: string, most: number): ParsedTokens {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let offset = 0
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    offset += lexeme.length
    if (++count > most) return { tokens, problem: tooLong(most, offset) }
    for (const token of parser.next(lexeme)) tokens.push(token)
    // One for the document itself, and one for a scalar on top.
    if (parser.stack.length <= maxDepth + 1) continue
    const top = parser.stack.filter(isCollection)[maxDepth]
    if (top !== undefined) return { tokens, problem: tooDeep(top.offset) }
  }
  for (const token of parser.end()) tokens.push(token)
  return { tokens, problem: undefined }
}

function isCollection({ type }: CST.Token): boolean {
  return type === 'block-map' || type === 'block-seq' || type === 'flow-collection'
}

/** Positions as the error has them; the wording is the package's, in our sentence form. */
export function describeError(error: YAMLError): TextProblem {
  const message = error.message.charAt(0).toLowerCase() + error.message.slice(1)
  return { message: message.replace(/\.$/, ''), offset: error.pos[0] }
}
