// The text of R2K8S_PLAN → the plan, every member checked.

import { quote } from '../errors.ts'
import {
  planVariable,
  type FetchPlan,
  type Placeholder,
  type RootOrder,
  type WareOrder,
} from '../mutate/fetch-plan.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import { readPlanText } from './plan-text.ts'
import {
  readAddresses,
  readFilters,
  readWareText,
  refuseRepeated,
} from './plan-members.ts'
import {
  memberAt,
  optionally,
  readList,
  readName,
  readNumber,
  readObject,
  readPath,
  readText,
  readTrue,
  readWord,
  type Place,
} from './shape.ts'

/** @throws R2k8sError with every problem of the plan */
export function readFetchPlan(text: string | undefined): FetchPlan {
  return readPlanText(text, planVariable, (place) => {
    readObject(place, ['version', 'roots', 'limits'])
    const at = memberAt(place, 'roots')
    const roots = readList(at, readRoot)
    if (roots.length === 0) at.report(at.pointer, 'there is no root to fill')
    refuseRepeated(
      at,
      roots.map((root) => root.at),
    )
    const limits = optionally(memberAt(place, 'limits'), readLimits)
    return { version: 1, roots, ...(limits !== undefined && { limits }) }
  })
}

function readLimits(place: Place): Partial<UnpackLimits> {
  const names = ['entries', 'bytes', 'pathBytes', 'ratio'] as const
  readObject(place, names)
  const limits = names.flatMap((name) => {
    const limit = optionally(memberAt(place, name), (at) =>
      readNumber(at, 1, Number.MAX_SAFE_INTEGER),
    )
    return limit === undefined ? [] : [[name, limit] as const]
  })
  return Object.fromEntries(limits)
}

const rootMembers = [
  ...['at', 'container', 'formula', 'wares', 'mounts', 'placeholders', 'cradle'],
  ...['user', 'ownership', 'setid', 'program', 'script'],
]

function readRoot(place: Place): RootOrder {
  readObject(place, rootMembers)
  const cradle = optionally(memberAt(place, 'cradle'), readCradle)
  const program = optionally(memberAt(place, 'program'), readText)
  const script = optionally(memberAt(place, 'script'), readScript)
  const setid = optionally(memberAt(place, 'setid'), readTrue)
  return {
    at: readVolume(memberAt(place, 'at')),
    container: readText(memberAt(place, 'container')),
    formula: readText(memberAt(place, 'formula')),
    wares: readWares(memberAt(place, 'wares')),
    mounts: readList(memberAt(place, 'mounts'), readName),
    placeholders: readList(memberAt(place, 'placeholders'), readPlaceholder),
    user: readUser(memberAt(place, 'user')),
    ownership: readWord(memberAt(place, 'ownership'), ['keep', 'flatten']),
    ...(cradle !== undefined && { cradle }),
    ...(setid !== undefined && { setid }),
    ...(program !== undefined && { program }),
    ...(script !== undefined && { script }),
  }
}

/** Everything at the volume's top that is ours is removed on the way: `/` is none. */
function readVolume(place: Place): string {
  const path = readPath(place)
  if (place.value === '/') place.report(place.pointer, 'no volume can be at "/"')
  return path
}

function readWares(place: Place): WareOrder[] {
  const wares = readList(place, readWare)
  if (!wares.some((ware) => ware.path === '/')) {
    place.report(place.pointer, 'no ware is placed at "/"')
  }
  refuseRepeated(
    place,
    wares.map((ware) => ware.path),
  )
  return wares
}

const runtimesOwn = ['/dev', '/proc', '/sys']

function readWare(place: Place): WareOrder {
  readObject(place, ['ware', 'path', 'from', 'filters', 'strictDigest'])
  const ware = readWareText(memberAt(place, 'ware'))
  const at = memberAt(place, 'path')
  const path = readPath(at)
  if (runtimesOwn.some((own) => path === own || path.startsWith(`${own}/`))) {
    at.report(at.pointer, `${quote(path)} lies where the runtime mounts its own`)
  }
  const filters = optionally(memberAt(place, 'filters'), (filtersAt) =>
    readFilters(filtersAt, 'unpack'),
  )
  const strictDigest = optionally(memberAt(place, 'strictDigest'), readText)
  return {
    ware: ware.text,
    path,
    from: readAddresses(memberAt(place, 'from'), ware.packtype),
    ...(filters !== undefined && { filters }),
    ...(strictDigest !== undefined && { strictDigest }),
  }
}

function readPlaceholder(place: Place): Placeholder {
  readObject(place, ['path', 'kind'])
  return {
    path: readPath(memberAt(place, 'path')),
    kind: readWord(memberAt(place, 'kind'), ['directory', 'file']),
  }
}

/** A home may be absent: a formula that disables the cradle need not name one. */
function readCradle(place: Place): { cwd: string; home: string } {
  readObject(place, ['cwd', 'home'])
  const home = memberAt(place, 'home')
  return {
    cwd: readPath(memberAt(place, 'cwd')),
    home: home.value === '' ? '' : readPath(home),
  }
}

/** The highest 32-bit number means "unchanged" to the kernel. */
const highestId = 0xffff_fffe

function readUser(place: Place): { uid: number; gid: number } {
  readObject(place, ['uid', 'gid'])
  return {
    uid: readNumber(memberAt(place, 'uid'), 0, highestId),
    gid: readNumber(memberAt(place, 'gid'), 0, highestId),
  }
}

function readScript(place: Place): { directory: string; contents: string[] } {
  readObject(place, ['directory', 'contents'])
  const at = memberAt(place, 'directory')
  const directory = readPath(at)
  if (directory === '/') at.report(at.pointer, 'a script needs a directory of its own')
  return { directory, contents: readList(memberAt(place, 'contents'), readText) }
}
