// The text of a formula, in any dialect, to the one model that everything else works on.

import type { TextReader } from '../located.ts'
import type { Dialect, Formula } from './formula.ts'
import { legacyFormula } from './legacy-formula.ts'
import { legacySetupHash } from './legacy-identity.ts'
import { readLegacyDocument, type LegacyDocument } from './legacy.ts'
import { openDocument, type OpenedDocument } from './open-document.ts'
import {
  createProblemLog,
  problemsOf,
  withoutEchoes,
  type ProblemLog,
  type Problems,
} from './problem-log.ts'
import { timelessFormula } from './timeless-formula.ts'
import { timelessRawId, timelessRunId } from './timeless-identity.ts'
import { readTimelessDocument, type TimelessDocument } from './timeless.ts'
import { warpforgeFormula } from './warpforge-formula.ts'
import { warpforgeCid } from './warpforge-identity.ts'
import { readWarpforgeDocument, type WarpforgeDocument } from './warpforge.ts'

export { maxFormulaBytes } from './open-document.ts'

/**
 * A formula that can run, or everything that is wrong with the text. `file` is what the places in
 * messages are called.
 */
export function readFormula(
  text: string,
  file: string,
  readYaml: TextReader,
): { formula: Formula } | { problems: Problems } {
  const opened = openDocument(text, file, readYaml)
  if ('problems' in opened) return opened
  const shape = createProblemLog(opened.dialect, opened.locate)
  const document = readShape(shape, opened)
  const meaning = createProblemLog(opened.dialect, opened.locate)
  // What has the wrong form has no identity: CBOR knows no fractions, for one.
  const identity = shape.found.length > 0 ? noIdentity : identify(document)
  const formula = judge(meaning, document, identity)
  const others = withoutEchoes(meaning.found, shape.found)
  return problemsOf([...shape.found, ...others]) ?? { formula }
}

export interface FormulaIdentity {
  readonly dialect: Dialect
  readonly id: string
  readonly rawId: string
}

/**
 * The identities of a document as written. Its members must have the right form, but what they
 * say is not judged: a formula without root or with a made-up ware ID has an identity too.
 */
export function identifyFormula(
  text: string,
  file: string,
  readYaml: TextReader,
): FormulaIdentity | { problems: Problems } {
  const read = readDocument(text, file, readYaml)
  return 'problems' in read ? read : identify(read)
}

export type FormulaDocument =
  | { readonly dialect: 'legacy'; readonly document: LegacyDocument }
  | { readonly dialect: 'timeless'; readonly document: TimelessDocument }
  | { readonly dialect: 'warpforge'; readonly document: WarpforgeDocument }

/** The document in its own dialect: as written, its form checked, its meaning not judged. */
export function readDocument(
  text: string,
  file: string,
  readYaml: TextReader,
): FormulaDocument | { problems: Problems } {
  const opened = openDocument(text, file, readYaml)
  if ('problems' in opened) return opened
  const log = createProblemLog(opened.dialect, opened.locate)
  const document = readShape(log, opened)
  return problemsOf(log.found) ?? document
}

function readShape(log: ProblemLog, { dialect, root }: OpenedDocument): FormulaDocument {
  switch (dialect) {
    case 'legacy':
      return { dialect, document: readLegacyDocument(log, root) }
    case 'timeless':
      return { dialect, document: readTimelessDocument(log, root) }
    case 'warpforge':
      return { dialect, document: readWarpforgeDocument(log, root) }
  }
}

function identify({ dialect, document }: FormulaDocument): FormulaIdentity {
  switch (dialect) {
    case 'legacy': {
      const id = legacySetupHash(document)
      return { dialect, id, rawId: id }
    }
    case 'timeless':
      return { dialect, id: timelessRunId(document), rawId: timelessRawId(document) }
    case 'warpforge': {
      const id = warpforgeCid(document.place.node)
      return { dialect, id, rawId: id }
    }
  }
}

const noIdentity: Omit<FormulaIdentity, 'dialect'> = { id: '', rawId: '' }

function judge(
  log: ProblemLog,
  read: FormulaDocument,
  identity: Omit<FormulaIdentity, 'dialect'>,
): Formula {
  switch (read.dialect) {
    case 'legacy':
      return legacyFormula(log, read.document, identity.id)
    case 'timeless':
      return timelessFormula(log, read.document, identity)
    case 'warpforge':
      return warpforgeFormula(log, read.document, identity.id)
  }
}
