// From the text of a formula to its tree: which dialect, read as leniently as that dialect is.

import type { Problem } from '../errors.ts'
import { readJsonText } from '../json-text.ts'
import type { Located, ReadText, TextProblem, TextReader } from '../located.ts'
import { detectDialect, type Detected } from './detect-dialect.ts'
import type { Dialect } from './formula.ts'
import { readTabbedYaml } from './leading-tabs.ts'
import { dialectName, maxProblems, placesOfText, type Problems } from './problem-log.ts'
import { findRepeatedKeys, mergeRepeatedKeys } from './repeated-keys.ts'

/** A Formula object of the cluster holds the whole text, and etcd is no file server. */
export const maxFormulaBytes = 256 * 1024

export interface OpenedDocument {
  readonly dialect: Dialect
  readonly root: Located
  readonly locate: (offset: number) => string
}

/** `file` is what messages call the text. */
export function openDocument(
  text: string,
  file: string,
  readYaml: TextReader,
): OpenedDocument | { problems: Problems } {
  const bytes = new TextEncoder().encode(text).length
  if (bytes > maxFormulaBytes) {
    const why = `it has ${bytes} bytes; at most ${maxFormulaBytes} are allowed`
    return {
      problems: [{ code: 'formula-invalid', task: 'read the formula', why, where: file }],
    }
  }
  const locate = placesOfText(file, text)
  // A byte order mark becomes a space, which leaves every offset as it was.
  const read = readTree(text.replace(/^\uFEFF/, ' '), readYaml)
  if (read.kind === 'unknown') {
    return {
      problems: [{ ...problemAt(locate, read.why, read.offset), ...hintsOf(read) }],
    }
  }
  const { dialect, tree } = read
  const found =
    tree.value === undefined || tree.problems.length > 0 || dialect === 'timeless'
      ? tree.problems
      : findRepeatedKeys(tree.value, locate)
  const [first, ...others] = found
    .slice(0, maxProblems)
    .map((problem) => describe(locate, dialect, problem))
  if (first !== undefined) return { problems: [first, ...others] }
  if (tree.value === undefined || dialect === undefined) {
    return { problems: [problemAt(locate, 'it holds nothing', 0)] }
  }
  const root = dialect === 'timeless' ? mergeRepeatedKeys(tree.value) : tree.value
  return { dialect, root, locate }
}

type Tree =
  | {
      readonly kind: 'tree'
      readonly dialect: Dialect | undefined
      readonly tree: ReadText
    }
  | Extract<Detected, { kind: 'unknown' }>

/**
 * Timeless and Warpforge are JSON with different blemishes, legacy is YAML. So a first, lenient
 * look finds the dialect, and the dialect decides what is forgiven.
 */
function readTree(text: string, readYaml: TextReader): Tree {
  if (!/^\s*\{/.test(text)) return readAsYaml(text, readYaml)
  const lenient = readJsonText(text, { commas: 'loose', ignoreRest: true })
  if (lenient.value === undefined) return readBroken(text, readYaml, lenient)
  const detected = detectDialect(lenient.value)
  if (detected.kind === 'unknown') return detected
  const { dialect } = detected
  switch (dialect) {
    case 'timeless': {
      const tree = readJsonText(text, { commas: 'trailing', ignoreRest: true })
      return { kind: 'tree', dialect, tree }
    }
    case 'warpforge':
      return { kind: 'tree', dialect, tree: readJsonText(text, { commas: 'loose' }) }
    case 'legacy':
      return { kind: 'tree', dialect, tree: readTabbedYaml(text, readYaml) }
  }
}

/** Braces without valid JSON in them: legacy in the flow style of YAML, or JSON with a mistake. */
function readBroken(text: string, readYaml: TextReader, json: ReadText): Tree {
  const yaml = readAsYaml(text, readYaml)
  const isLegacy = yaml.kind === 'tree' && yaml.dialect === 'legacy'
  const looksLikeJson = /^\s*\{\s*"/.test(text)
  if (isLegacy || !looksLikeJson) return yaml
  return { kind: 'tree', dialect: undefined, tree: json }
}

function readAsYaml(text: string, readYaml: TextReader): Tree {
  const tree = readTabbedYaml(text, readYaml)
  if (tree.value === undefined) return { kind: 'tree', dialect: undefined, tree }
  const detected = detectDialect(tree.value)
  if (detected.kind === 'unknown') {
    return tree.problems.length > 0
      ? { kind: 'tree', dialect: undefined, tree }
      : detected
  }
  if (detected.dialect === 'legacy') return { kind: 'tree', dialect: 'legacy', tree }
  const why = `is a ${dialectName[detected.dialect]} formula in YAML; that dialect is JSON`
  return { kind: 'unknown', why, offset: tree.value.range.start }
}

function hintsOf({ hints }: { hints?: readonly string[] }): {
  hints?: readonly string[]
} {
  return hints === undefined ? {} : { hints }
}

function describe(
  locate: OpenedDocument['locate'],
  dialect: Dialect | undefined,
  { message, offset }: TextProblem,
): Problem {
  const problem = problemAt(locate, message, offset)
  if (dialect === undefined) return problem
  return { ...problem, task: `read the ${dialectName[dialect]} formula` }
}

function problemAt(
  locate: OpenedDocument['locate'],
  why: string,
  offset: number,
): Problem {
  return { code: 'formula-invalid', task: 'read the formula', why, where: locate(offset) }
}
