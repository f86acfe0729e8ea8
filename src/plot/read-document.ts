// From a text of Warpforge's to what stands in its capsule: plots, modules, files of catalogs.

import { quote, type Problem } from '../errors.ts'
import { otherDocuments } from '../formula/detect-dialect.ts'
import {
  createProblemLog,
  maxProblems,
  placesOfText,
  type Place,
  type ProblemLog,
  type Problems,
} from '../formula/problem-log.ts'
import { findRepeatedKeys } from '../formula/repeated-keys.ts'
import { documentPlace, fieldsOf, memberPlaces } from '../formula/shape.ts'
import { readJsonText } from '../json-text.ts'

/** Of a plot, a module, or one file of a catalog; thousands of steps or releases fit. */
export const maxDocumentBytes = 4 * 1024 * 1024

export interface DocumentKind {
  /** Completes "cannot …". */
  readonly task: string
  /** With its article: "a plot". */
  readonly name: string
  /** The member that holds everything, such as `plot.v1`; undefined for what has no capsule. */
  readonly capsule: string | undefined
  /** What stands at the top when somebody has left the capsule out. */
  readonly marks: readonly string[]
}

export interface OpenedCapsule {
  readonly content: Place
  /** Holds what was wrong around the content; the reader of the content goes on with it. */
  readonly log: ProblemLog
}

/** `file` is what messages call the text. Commas are as loose as in Warpforge's own reader. */
export function readDocument(
  text: string,
  file: string,
  kind: DocumentKind,
): OpenedCapsule | { problems: Problems } {
  const { task } = kind
  const bytes = new TextEncoder().encode(text).length
  if (bytes > maxDocumentBytes) {
    const why = `it has ${bytes} bytes; at most ${maxDocumentBytes} are allowed`
    return { problems: [{ code: 'formula-invalid', task, why, where: file }] }
  }
  const locate = placesOfText(file, text)
  const problemAt = (
    why: string,
    offset: number,
    hints?: readonly string[],
  ): Problem => ({
    code: 'formula-invalid',
    task,
    why,
    where: locate(offset),
    ...(hints === undefined ? {} : { hints }),
  })
  // A byte order mark becomes a space, which leaves every offset as it was.
  const read = readJsonText(text.replace(/^\uFEFF/, ' '), { commas: 'loose' })
  const broken =
    read.value === undefined ? read.problems : findRepeatedKeys(read.value, locate)
  const [first, ...others] = broken
    .slice(0, maxProblems)
    .map(({ message, offset }) => problemAt(message, offset))
  if (first !== undefined) return { problems: [first, ...others] }
  if (read.value === undefined) return { problems: [problemAt('it holds nothing', 0)] }

  const top = documentPlace(read.value)
  const other = refuseOther(top, kind)
  if (other !== undefined) {
    return { problems: [problemAt(other.why, top.offset, other.hints)] }
  }
  const log = createProblemLog('warpforge', locate, task)
  if (kind.capsule === undefined) return { content: top, log }
  return { content: fieldsOf(log, top, [kind.capsule]).get(kind.capsule) ?? top, log }
}

interface Refusal {
  readonly why: string
  readonly hints?: readonly string[]
}

/** Undefined for a document of this kind, whatever is wrong with it otherwise. */
function refuseOther(top: Place, kind: DocumentKind): Refusal | undefined {
  const { name, capsule, marks } = kind
  if (top.node.kind !== 'object') {
    return { why: `it is no map at its top level, so it is not ${name}` }
  }
  const members = [...memberPlaces(top).keys()]
  if (members.includes(capsule ?? '')) return undefined
  const other = members.map(describeOther).find((found) => found !== undefined)
  if (other !== undefined) return { why: `it is ${other}, not ${name}` }
  if (capsule === undefined) return undefined
  const version = members.find((word) => withoutVersion(word) === withoutVersion(capsule))
  if (version !== undefined) {
    return {
      why: `${quote(version)} is a version that is not supported, only "${capsule}"`,
    }
  }
  if (members.some((member) => marks.includes(member))) {
    const hints = [`put it into a capsule: {"${capsule}": {…}}`]
    return { why: `it is ${name} without its capsule "${capsule}"`, hints }
  }
  return { why: `it has no "${capsule}" at its top level, so it is not ${name}` }
}

function describeOther(member: string): string | undefined {
  if (member === 'formula' || member === 'action') return 'a formula'
  return otherDocuments.get(member)
}

/** `plot.v1` and `plot.v2` are one kind of document. */
function withoutVersion(capsule: string): string {
  return capsule.replace(/\.v[0-9]+$/, '.v')
}
