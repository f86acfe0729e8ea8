// The operations that turn a formula container into one on the base image (admission.md §6.2).
// Where the container says nothing itself, they lie ready with the formula.

import { isArray, isObject, member, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { addItems, mergeMember, setMember } from '../patch/patch-builder.ts'
import type { ContainerReference } from './collect-references.ts'
import type { ContainerOperations } from './container-operations.ts'
import { hasCommand } from './formula-command.ts'
import type { EnvironmentEntry, PreparedFormula } from './prepared-formula.ts'
import type { Root } from './root.ts'
import { securityContextMembers } from './security-context.ts'

export interface Rewrite {
  readonly container: ContainerReference
  readonly podSpec: JsonObject
  readonly prepared: PreparedFormula
  readonly root: Root
}

interface Step extends Rewrite {
  readonly ready: ContainerOperations
}

/** What the container says itself wins everywhere but in the image and its pull policy. */
export function rewriteContainer(rewrite: Rewrite): PatchOperation[] {
  const step: Step = {
    ...rewrite,
    ready: rewrite.prepared.operationsAt(rewrite.container.pointer),
  }
  return [
    step.ready.image,
    ...pullPolicy(step),
    ...command(step),
    ...workingDirectory(step),
    ...environment(step),
    ...securityContext(step),
    ...mounts(step),
  ]
}

/** Computed by the API server from the reference, or meant for an image that is gone. */
function pullPolicy({ container, ready }: Step): PatchOperation[] {
  const present = member(container.object, 'imagePullPolicy')
  if (present === undefined) return [ready.addPullPolicy]
  return present === ready.pullPolicy ? [] : [ready.replacePullPolicy]
}

/** Args of the container alone stay where they are and so follow the formula's command. */
function command({ container, prepared, ready }: Step): PatchOperation[] {
  if (member(container.object, 'command') === undefined) return [ready.addCommand]
  if (hasCommand(container.object)) return []
  return setMember(container, 'command', prepared.command)
}

function workingDirectory({ container, prepared, ready }: Step): PatchOperation[] {
  if (member(container.object, 'workingDir') === undefined) return [ready.addWorkingDir]
  if (memberString(container.object, 'workingDir')) return []
  return setMember(container, 'workingDir', prepared.formula.action.cwd)
}

/** Ahead of the container's own entries, so that those can refer to ours by `$(NAME)`. */
function environment({ container, prepared, ready }: Step): readonly PatchOperation[] {
  const present = member(container.object, 'env')
  if (present === undefined) return [ready.addEnv]
  const taken = takenNames(memberArray(container.object, 'env'), prepared.environment)
  if (taken.length === 0 && isFilledList(present)) return ready.insertEnv
  const missing = prepared.environment.filter(({ name }) => !taken.includes(name))
  return addItems(container, 'env', missing, 0)
}

/** A pod may have thousands of entries, the formula has a handful: theirs are not hashed. */
function takenNames(
  entries: readonly JsonValue[],
  ours: readonly EnvironmentEntry[],
): string[] {
  const names = ours.map(({ name }) => name)
  const taken: string[] = []
  for (const entry of entries) {
    const name = isObject(entry) ? entry['name'] : undefined
    if (typeof name === 'string' && names.includes(name)) taken.push(name)
  }
  return taken
}

function securityContext({
  container,
  podSpec,
  prepared,
  ready,
}: Step): PatchOperation[] {
  const own = member(container.object, 'securityContext')
  const ofPod = member(podSpec, 'securityContext')
  if (own === undefined && saysNothing(ofPod)) return [ready.addSecurityContext]
  const members = securityContextMembers(
    container.object,
    podSpec,
    prepared.formula.action,
  )
  return mergeMember(container, 'securityContext', members)
}

function mounts({ container, prepared, root, ready }: Step): readonly PatchOperation[] {
  if (root.volumeMounts === prepared.mounts) {
    const present = member(container.object, 'volumeMounts')
    if (present === undefined) return [ready.addMounts]
    if (isFilledList(present)) return ready.appendMounts
  }
  return addItems(container, 'volumeMounts', root.volumeMounts)
}

function isFilledList(value: JsonValue): boolean {
  return isArray(value) && value.length > 0
}

/** The API server gives every pod an empty one. */
function saysNothing(context: JsonValue | undefined): boolean {
  if (context === undefined || context === null) return true
  return isObject(context) && Object.keys(context).length === 0
}
