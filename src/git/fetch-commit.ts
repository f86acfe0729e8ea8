// One commit of a git repository as the records of a ware (wares.md §8.4): its files and those of its
// submodules, without history and without a program of git.

import { resolve } from 'node:path'
import { R2k8sError } from '../errors.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { EntrySink, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import { createLimitCheck } from '../ware/limit-check.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'
import type { WarehouseAddress } from '../ware/warehouse-address.ts'
import { corruptWare } from '../ware/ware-problems.ts'
import {
  emitRoot,
  emitTree,
  mostSubmodules,
  type EmittedTree,
  type TreeTarget,
} from './emit-tree.ts'
import type { GitContext, GitOutcome } from './git-outcome.ts'
import { openLocalRepository } from './local-repository.ts'
import { createLogins, type FindAuthorization } from './logins.ts'
import { findObject, readObject, type ObjectStore } from './object-store.ts'
import { readTreeId } from './read-tree.ts'
import { absent, Refusal, throwIfCancelled, unavailable } from './refusal.ts'
import { openRemoteRepository } from './remote-repository.ts'
import { locateSubmodule, readModules } from './submodules.ts'

export interface CommitRequest {
  /** Of a repository. */
  readonly address: WarehouseAddress
  /** 40 hexadecimal digits in small letters. */
  readonly commit: string
  readonly context: GitContext
  readonly sink: EntrySink
  readonly limits: UnpackLimits
}

/**
 * Parents come before what is in them, names in order; what is in submodules comes last. When it does
 * not end in `done`, the sink may have been given a part.
 * @throws R2k8sError ware-corrupt, inoperable-path, cancelled; what the sink throws
 */
export async function fetchCommit(request: CommitRequest): Promise<GitOutcome> {
  try {
    await fetchAll(request)
    return { kind: 'done' }
  } catch (error) {
    throwIfCancelled(request.context.signal)
    if (error instanceof Refusal) return { kind: error.kind, why: error.message }
    throw error
  }
}

/** A commit to be put somewhere. */
interface Part {
  readonly address: WarehouseAddress
  readonly commit: string
  /** `.` or the path of a submodule. */
  readonly base: RawText
  /** How many commits it is a part of. */
  readonly depth: number
}

/** Of submodules in submodules. */
const mostLevels = 8

async function fetchAll(request: CommitRequest): Promise<void> {
  const { address, commit, context, sink, limits } = request
  const { signal } = context
  const check = createLimitCheck(limits)
  const target: TreeTarget = {
    sink,
    limits,
    check,
    ...(signal !== undefined && { signal }),
  }
  const opener = createOpener(request)
  const parts: Part[] = [{ address, commit, base: '.', depth: 0 }]
  // One repository at a time: none is kept open for the sake of what it leads to.
  for (const part of parts) {
    const more = await inPart(part, () =>
      emitPart(part, { open: opener, target, context }),
    )
    parts.push(...more)
    if (parts.length > mostSubmodules) {
      throw corruptWare(`the commit has more than ${mostSubmodules} submodules`)
    }
  }
}

/** Says which submodule it was. */
async function inPart<Result>(
  { base, address }: Part,
  act: () => Promise<Result>,
): Promise<Result> {
  if (base === '.') return await act()
  const where = `the submodule ${quoteRaw(base)} from ${quoteAddress(address.text)}: `
  try {
    return await act()
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.kind, where + error.message)
    if (!(error instanceof R2k8sError)) throw error
    const [first, ...others] = error.problems
    if (first.code !== 'ware-corrupt') throw error
    throw new R2k8sError([{ ...first, why: where + first.why }, ...others], {
      cause: error,
    })
  }
}

type OpenRepository = (part: Part) => Promise<ObjectStore>

function createOpener({
  address,
  commit,
  context,
  limits,
}: CommitRequest): OpenRepository {
  const { scratch, signal, cwd, report } = context
  const own = isHttp(address) ? new URL(address.url) : undefined
  const authorize: FindAuthorization =
    own === undefined ? () => Promise.resolve(undefined) : createLogins(own, context)
  let done = 0
  const progress = (bytes: number) => {
    done += bytes
    report({ kind: 'progress', ware: `git:${commit}`, phase: 'fetch', done })
  }
  return async (part) => {
    if (part.address.scheme === 'file') {
      const path = resolve(cwd, part.address.path)
      return openLocalRepository(path, {
        limits,
        scratch,
        ...(signal !== undefined && { signal }),
      })
    }
    if (!isHttp(part.address)) throw unavailable(whyNotSpoken(part.address))
    const { url } = part.address
    const request = { url, commit: part.commit, context, authorize, limits, progress }
    return await openRemoteRepository(request)
  }
}

function isHttp(
  address: WarehouseAddress,
): address is WarehouseAddress & { readonly scheme: 'http' | 'https' } {
  return address.scheme === 'http' || address.scheme === 'https'
}

function whyNotSpoken({ scheme }: WarehouseAddress): string {
  const what = scheme === 'ssh' ? 'SSH' : `the protocol "${scheme}"`
  return `git repositories are not fetched over ${what}; use the https address of the repository`
}

interface PartTools {
  readonly open: OpenRepository
  readonly target: TreeTarget
  readonly context: GitContext
}

/** @returns the submodules, still to be fetched */
async function emitPart(part: Part, tools: PartTools): Promise<readonly Part[]> {
  const store = await tools.open(part)
  try {
    const commit = await findObject(store, part.commit)
    if (commit === undefined) throw absent(`it has no commit ${part.commit}`)
    if (commit.type !== 'commit') {
      throw absent(`${part.commit} is a ${commit.type} there, and no commit`)
    }
    const id = readTreeId(commit.content)
    if (part.base === '.') emitRoot(tools.target)
    const emitted = await emitTree(store, { id, base: part.base }, tools.target)
    return await locateSubmodules(part, emitted, { store, cwd: tools.context.cwd })
  } finally {
    store.close()
  }
}

const mostModulesBytes = 1024 * 1024

async function locateSubmodules(
  { base, address, depth }: Part,
  { submodules, modulesFile }: EmittedTree,
  { store, cwd }: { readonly store: ObjectStore; readonly cwd: string },
): Promise<readonly Part[]> {
  if (submodules.length === 0) return []
  if (depth === mostLevels) {
    throw corruptWare(`submodules lie in one another more than ${mostLevels} levels deep`)
  }
  const modules = await readModulesFile(store, modulesFile)
  return submodules.map(({ path, commit }) => {
    const inside = base === '.' ? path : path.slice(base.length + 1)
    const url = modules.get(inside)
    const location = locateSubmodule({ path, url, parent: address, cwd })
    return { address: location, commit, base: path, depth: depth + 1 }
  })
}

async function readModulesFile(
  store: ObjectStore,
  id: string | undefined,
): Promise<ReadonlyMap<RawText, string>> {
  if (id === undefined) return new Map()
  const content = await readObject(store, id, 'blob')
  if (content.size > mostModulesBytes) throw corruptWare('.gitmodules is far too long')
  return readModules(rawTextOf(content.read(0, content.size)))
}
