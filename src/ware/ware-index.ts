// The index of a ware: what its top level holds and how big it is, recorded when it was unpacked
// once by the client. Admission mounts from it and never asks a warehouse.

import { quote } from '../errors.ts'
import {
  isArray,
  isObject,
  isString,
  member,
  memberString,
  type JsonValue,
} from '../json.ts'
import { whyNoMountPath } from './mount-path.ts'

export interface WareIndex {
  /** The top level only. */
  readonly entries: readonly WareEntry[]
  /** Bytes of all files, unpacked. */
  readonly size: number
  /** Number of records: files, directories, links. */
  readonly files: number
  /** Covers what the ware hash leaves out, symlinks above all. */
  readonly strictDigest?: string
  /** What the action's program is built for, as a value of `kubernetes.io/arch`. */
  readonly machine?: string
}

export interface WareEntry {
  /** One path segment, never `.` or `..`. */
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link'
  /** Only of links, as the ware has it: absolute, dangling or hostile as it may be. */
  readonly target?: string
}

/** `at` is the JSON pointer of the value; every problem says which member below it is wrong. */
export function readWareIndex(
  value: JsonValue,
  at: string,
): { index: WareIndex } | { problems: readonly IndexProblem[] } {
  const problems: IndexProblem[] = []
  const report = (where: string, why: string) => {
    problems.push({ where: `${at}${where}`, why })
  }
  if (!isObject(value))
    return { problems: [{ where: at, why: 'an index of a ware is an object' }] }
  const strictDigest = readWord(
    value,
    'strictDigest',
    /^[A-Za-z0-9][\w:+/=.-]{0,199}$/,
    report,
  )
  const machine = readWord(value, 'machine', /^[a-z0-9]{1,32}$/, report)
  const index: WareIndex = {
    entries: readEntries(member(value, 'entries'), report),
    size: readCount(value, 'size', report),
    files: readCount(value, 'files', report),
    ...(strictDigest === undefined ? {} : { strictDigest }),
    ...(machine === undefined ? {} : { machine }),
  }
  return problems.length > 0 ? { problems } : { index }
}

export interface IndexProblem {
  readonly where: string
  readonly why: string
}

type Report = (where: string, why: string) => void

/** Each becomes a mount. Root filesystems have some twenty. */
const maxEntries = 1000

function readEntries(value: JsonValue | undefined, report: Report): WareEntry[] {
  if (!isArray(value)) {
    report('/entries', 'entries is a list')
    return []
  }
  if (value.length > maxEntries) {
    report('/entries', `it has ${value.length} entries, more than ${maxEntries}`)
    return []
  }
  const entries: WareEntry[] = []
  const names = new Set<string>()
  value.forEach((item, i) => {
    const entry = readEntry(item, `/entries/${i}`, report)
    if (entry === undefined) return
    if (names.has(entry.name))
      report(`/entries/${i}`, `${quote(entry.name)} is there twice`)
    names.add(entry.name)
    entries.push(entry)
  })
  return entries
}

function readEntry(
  value: JsonValue,
  where: string,
  report: Report,
): WareEntry | undefined {
  const name = memberString(value, 'name')
  if (name === undefined || !isSegment(name)) {
    report(`${where}/name`, `${quote(name ?? '')} is no name of a top-level entry`)
    return undefined
  }
  const unmountable = whyNoMountPath(name)
  if (unmountable !== undefined) {
    report(`${where}/name`, `${quote(name)} cannot be mounted: ${unmountable}`)
    return undefined
  }
  const kind = memberString(value, 'kind')
  const target = member(value, 'target')
  if (kind === 'file' || kind === 'directory') {
    if (target === undefined) return { name, kind }
    report(`${where}/target`, 'only a link has a target')
    return undefined
  }
  if (kind !== 'link') {
    report(`${where}/kind`, 'kind is "file", "directory" or "link"')
    return undefined
  }
  if (isString(target) && target !== '' && !target.includes('\0')) {
    return { name, kind, target }
  }
  report(`${where}/target`, 'a link needs a target')
  return undefined
}

/**
 * A name becomes a mount path and a `subPath`: it must not lead anywhere else. rio refuses to
 * unpack top-level names that begin with two dots (`..data`), so no ware can have one.
 */
function isSegment(name: string): boolean {
  return name !== '' && name !== '.' && !name.startsWith('..') && !/[/\0]/.test(name)
}

function readCount(value: JsonValue, name: string, report: Report): number {
  const count = member(value, name)
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count
  report(`/${name}`, `${name} is a whole number from 0 on`)
  return 0
}

function readWord(
  value: JsonValue,
  name: string,
  form: RegExp,
  report: Report,
): string | undefined {
  const word = member(value, name)
  if (word === undefined || (typeof word === 'string' && form.test(word))) return word
  report(`/${name}`, `${name} is no valid word`)
  return undefined
}
