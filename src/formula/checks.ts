// What must hold in every dialect before a formula can run.

import { quote } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import { whyNoMountPath } from '../ware/mount-path.ts'
import {
  isPacktype,
  type HashSpace,
  type Packtype,
  type WareId,
} from '../ware/ware-id.ts'
import { parseWarehouseAddress } from '../ware/warehouse-address.ts'
import { compareBytes } from './byte-order.ts'
import { cleanAbsolutePath } from './clean-path.ts'
import { dialectName, type Place, type ProblemLog } from './problem-log.ts'
import type { FormulaInput } from './formula.ts'
import { memberPlaces } from './shape.ts'

/** An input whose path is known, though its ware may be unusable. */
export interface PlacedInput {
  readonly path: string
  readonly place: Place
  readonly input: FormulaInput | undefined
}

/** A pod could not mount more anyway. */
const maxInputs = 500

/** Exactly one input at `/` and none at the same path as another; in the order of placing. */
export function arrangeInputs(
  log: ProblemLog,
  owner: Place,
  placed: readonly PlacedInput[],
): FormulaInput[] {
  if (placed.length > maxInputs) {
    log.report(owner, `has ${placed.length} inputs; at most ${maxInputs} are allowed`)
    return []
  }
  const seen = new Map<string, Place>()
  for (const { path, place } of placed) {
    const other = seen.get(path)
    if (other !== undefined) {
      const there = log.locate(other.offset)
      log.report(place, `is placed at ${quote(path)}, as is ${other.path} (${there})`)
    }
    seen.set(path, place)
  }
  if (!seen.has('/')) {
    log.report(owner, 'no input is placed at "/"', [
      'give the root filesystem the path "/"',
    ])
  }
  return placed
    .flatMap(({ input }) => (input === undefined ? [] : [input]))
    .sort((a, b) => compareBytes(a.path, b.path))
}

/** A path inside the container, cleaned; `undefined` after a report. */
export function checkPath(
  log: ProblemLog,
  place: Place,
  written: string,
): string | undefined {
  const why = whyNoMountPath(written)
  if (why === undefined) return checkHostPath(log, place, written)
  log.report(place, `${quote(written)} cannot be mounted: ${why}`)
  return undefined
}

/** A path of the host, cleaned; `undefined` after a report. Its names may hold `:`. */
export function checkHostPath(
  log: ProblemLog,
  place: Place,
  written: string,
): string | undefined {
  const path = written.includes('\0') ? undefined : cleanAbsolutePath(written)
  if (path === undefined) {
    log.report(place, `${quote(written)} is no absolute path; it must begin with "/"`)
  }
  return path
}

/** A ware of a hash space that the dialect can name. */
export function checkWare(
  log: ProblemLog,
  place: Place,
  parsed: { wareId: WareId } | { why: string },
  spaces: readonly HashSpace[],
): WareId | undefined {
  if ('why' in parsed) {
    log.report(place, parsed.why)
    return undefined
  }
  const { wareId } = parsed
  if (spaces.includes(wareId.space)) return wareId
  log.report(
    place,
    `is a hash of the ${wareId.space} hash space; ${dialectName[log.dialect]} formulas cannot name it`,
    ['the same files have another hash there: pack them again'],
  )
  return undefined
}

/** For the addresses of a ware whose own ID is wrong: all problems are to be told at once. */
export function assumeWare(
  packtype: string,
  space: HashSpace,
): { readonly packtype: Packtype; readonly space: HashSpace } {
  return { packtype: isPacktype(packtype) ? packtype : 'tar', space }
}

/**
 * Addresses of a ware, as written. The two spellings of "content-addressed" stand for two layouts,
 * and no hash is ever found in the layout of the other space.
 */
export function checkAddresses(
  log: ProblemLog,
  addresses: readonly { readonly url: string; readonly place: Place }[],
  ware: { readonly packtype: Packtype; readonly space: HashSpace },
): string[] {
  return addresses.flatMap(({ url, place }) => {
    const why = whyNoAddressOf(ware, url)
    if (why === undefined) return [url]
    log.report(place, why)
    return []
  })
}

export function whyNoAddressOf(
  ware: { readonly packtype: Packtype; readonly space: HashSpace },
  url: string,
): string | undefined {
  const parsed = parseWarehouseAddress(url, ware.packtype)
  return 'why' in parsed ? parsed.why : whyOtherLayout(url, parsed.address.layout, ware)
}

/**
 * Addresses that belong to no input or output. Nobody will ask them, but the text is stored in the
 * cluster as it is, and a password must not travel with it.
 */
export function checkSpareAddresses(
  log: ProblemLog,
  addresses: readonly { readonly url: string; readonly place: Place }[],
): void {
  for (const { url, place } of addresses) {
    const parsed = parseWarehouseAddress(url, 'tar')
    if ('why' in parsed && 'why' in parseWarehouseAddress(url, 'git')) {
      log.report(place, parsed.why)
    }
  }
}

function whyOtherLayout(
  url: string,
  layout: string,
  ware: { readonly space: HashSpace },
): string | undefined {
  if (layout === 'flat' && ware.space === 'timeless') {
    return `${quoteAddress(url)} is the legacy layout, which holds no such hash; write "ca+" in front of the scheme`
  }
  if (layout === 'fan-out' && ware.space === 'legacy') {
    return `${quoteAddress(url)} is the Timeless layout, which holds no legacy hash; write "+ca" behind the scheme`
  }
  return undefined
}

/** Names that a process can have in its environment, and texts without NUL. */
export function checkEnv(
  log: ProblemLog,
  place: Place,
  env: ReadonlyMap<string, string>,
): void {
  const places = memberPlaces(place)
  for (const [name, value] of env) {
    const why = whyNoVariable(name, value)
    if (why !== undefined) log.report(places.get(name) ?? place, why)
  }
}

export function whyNoVariable(name: string, value: string): string | undefined {
  if (name === '') return 'the name of a variable is empty'
  if (name.includes('='))
    return `${quote(name)} is no name of a variable: it contains "="`
  if (name.includes('\0') || value.includes('\0'))
    return 'a variable contains a NUL character'
  return undefined
}

/** The arguments of a program: at least one, and nothing that an argument cannot carry. */
export function checkCommand(
  log: ProblemLog,
  place: Place,
  command: readonly string[],
): void {
  if (command[0] === undefined || command[0] === '') {
    log.report(place, 'names no program to run')
  }
  if (command.some((word) => word.includes('\0'))) {
    log.report(place, 'an argument contains a NUL character')
  }
}

/** The highest 32-bit number means "unchanged" to the kernel. */
const highestId = 0xffff_fffe

export function checkId(log: ProblemLog, place: Place, id: number): void {
  if (id < 0 || id > highestId)
    log.report(place, `${id} is not between 0 and ${highestId}`)
}

export function checkHostname(log: ProblemLog, place: Place, hostname: string): void {
  if (hostname.length > 64 || /[\p{Cc}\p{Z}/]/u.test(hostname)) {
    log.report(place, `${quote(hostname)} is no hostname`)
  }
}
