// What one formula container gets for a root: the fetcher's order, its volume and its mounts.

import type { Problem } from '../errors.ts'
import type { Formula, Program } from '../formula/formula.ts'
import { member, type JsonObject } from '../json.ts'
import type { ContainerReference } from './collect-references.ts'
import { isBelow } from './container-path.ts'
import type { Note } from './decisions.ts'
import { storage } from './fetch-resources.ts'
import type { RootOrder } from './fetch-plan.ts'
import { hasCommand } from './formula-command.ts'
import { hostMount, type HostMount } from './host-mounts.ts'
import { rootVolumeName } from './pod-names.ts'
import type { PodOverrides } from './pod-overrides.ts'
import type { PreparedFormula } from './prepared-formula.ts'
import { rootMount } from './root-mount.ts'
import { rootNotes } from './root-notes.ts'
import { rootProblems } from './root-problems.ts'
import { effectiveUser, type EffectiveUser } from './security-context.ts'
import type { Settings } from './settings.ts'
import { scriptDirectory, withPaths } from './top-level.ts'
import { ownMounts, type OwnMount } from './volume-mounts.ts'

export interface Root {
  readonly order: RootOrder
  readonly volumeName: string
  readonly volume: JsonObject
  readonly hostVolumes: readonly JsonObject[]
  /** Mounts to add to the container, those of host paths included. */
  readonly volumeMounts: readonly JsonObject[]
  readonly mountedEntries: readonly string[]
  readonly notes: readonly Note[]
  readonly problems: readonly Problem[]
}

export interface RootRequest {
  readonly container: ContainerReference
  readonly podSpec: JsonObject
  readonly prepared: PreparedFormula
  readonly number: number
  readonly ownership: 'keep' | 'flatten'
  readonly overrides: PodOverrides
  readonly settings: Settings
}

export function planRoot(request: RootRequest): Root {
  const { container, podSpec, prepared, number, overrides } = request
  const own = ownMounts(container.object, podSpec)
  const user = effectiveUser(container.object, podSpec, prepared.formula.action)
  const entries = withPaths(prepared.entries, overrides.extraPaths)
  const taken = new Set(own.map((mount) => mount.path))
  const hosts = hostMounts(request, taken)
  const kept = taken.size === 0 ? [] : entries.filter((name) => taken.has(`/${name}`))
  for (const host of hosts.mounts) taken.add(host.path)
  const mountedEntries = taken.size === 0 ? entries : withoutTaken(entries, taken)
  const readOnly = hasReadOnlyRoot(container.object)
  const fromRoot = rootMounts(request, mountedEntries, readOnly)
  const fromHosts = hosts.mounts.map((host) => host.volumeMount)
  return {
    order: orderRoot(request, user, entries, [...own, ...hosts.mounts]),
    volumeName: rootVolumeName(number),
    volume: rootVolume(number, readOnly ? prepared.unpackedBytes : undefined),
    hostVolumes: hosts.mounts.map((host) => host.volume),
    volumeMounts: hosts.mounts.length === 0 ? fromRoot : [...fromRoot, ...fromHosts],
    mountedEntries,
    notes: [...prepared.notes, ...rootNotes(request, user, kept)],
    problems: [
      ...prepared.problems,
      ...hosts.problems,
      ...rootProblems(request, user, own),
    ],
  }
}

/** The usual case, root 0 and writable, was made with the formula. */
function rootMounts(
  { prepared, number }: RootRequest,
  entries: readonly string[],
  readOnly: boolean,
): readonly JsonObject[] {
  if (entries === prepared.entries && number === 0 && !readOnly) return prepared.mounts
  return entries.map((name) =>
    rootMount(number, name, readOnly && !holdsOutput(prepared.formula, name)),
  )
}

function orderRoot(
  { container, prepared, number, ownership, settings }: RootRequest,
  user: EffectiveUser,
  mounts: readonly string[],
  others: readonly Pick<OwnMount, 'path' | 'kind'>[],
): RootOrder {
  const { action, id } = prepared.formula
  const { program } = action
  return {
    at: `/r2k8s/${number}`,
    container: container.name,
    formula: id,
    wares: prepared.wares,
    mounts,
    placeholders: others.map(({ path, kind }) => ({ path, kind })),
    ...(action.cradle && { cradle: { cwd: action.cwd, home: action.user.homedir } }),
    user: { uid: user.uid, gid: user.gid },
    ownership,
    ...(settings.allowSetid && { setid: true }),
    ...(!hasCommand(container.object) && programToTest(program)),
    ...(program.kind === 'script' && {
      script: { directory: scriptDirectory, contents: program.contents },
    }),
  }
}

/** A container with a command of its own never starts the formula's. */
function programToTest(program: Program): Pick<RootOrder, 'program'> {
  switch (program.kind) {
    case 'exec': {
      const [path = ''] = program.command
      return path === '' ? {} : { program: path }
    }
    case 'script':
      return { program: program.interpreter }
    case 'echo':
      return {}
  }
}

/** The same array when nothing is taken: then its mounts lie ready. */
function withoutTaken(
  entries: readonly string[],
  taken: ReadonlySet<string>,
): readonly string[] {
  const free = entries.filter((name) => !taken.has(`/${name}`))
  return free.length === entries.length ? entries : free
}

/** The container's own mount at the same path wins. */
function hostMounts(
  { prepared, number, settings }: RootRequest,
  taken: ReadonlySet<string>,
): { mounts: HostMount[]; problems: Problem[] } {
  const mounts: HostMount[] = []
  const problems: Problem[] = []
  for (const input of prepared.formula.inputs) {
    for (const host of hostMount(input, number, settings)) {
      if ('problem' in host) problems.push(host.problem)
      else if (!taken.has(host.path)) mounts.push(host)
    }
  }
  return { mounts, problems }
}

/** A limit on a writable root would evict the pod for what its program writes. */
function rootVolume(number: number, limitBytes: number | undefined): JsonObject {
  const emptyDir = limitBytes === undefined ? {} : { sizeLimit: storage(limitBytes) }
  return { name: rootVolumeName(number), emptyDir }
}

function hasReadOnlyRoot(container: JsonObject): boolean {
  return member(member(container, 'securityContext'), 'readOnlyRootFilesystem') === true
}

function holdsOutput(formula: Formula, entry: string): boolean {
  return formula.outputs.some((output) => isBelow(output.path, `/${entry}`))
}
