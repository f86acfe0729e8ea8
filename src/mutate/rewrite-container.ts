// The operations that turn a formula container into one on the base image (admission.md §6.2).

import { memberArray, memberString, type JsonObject } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { addItems, mergeMember, setMember } from '../patch/patch-builder.ts'
import type { ContainerReference } from './collect-references.ts'
import { hasCommand } from './formula-command.ts'
import type { PreparedFormula } from './prepared-formula.ts'
import type { Root } from './root.ts'
import { securityContextMembers } from './security-context.ts'
import type { Settings } from './settings.ts'

export interface Rewrite {
  readonly container: ContainerReference
  readonly podSpec: JsonObject
  readonly prepared: PreparedFormula
  readonly root: Root
  readonly settings: Settings
}

/** What the container says itself wins everywhere but in the image and its pull policy. */
export function rewriteContainer(rewrite: Rewrite): PatchOperation[] {
  const { container, podSpec, prepared, root, settings } = rewrite
  const { action } = prepared.formula
  return [
    ...setMember(container, 'image', settings.baseImage),
    // Computed by the API server from the reference, or meant for an image that is gone.
    ...setMember(container, 'imagePullPolicy', settings.imagePullPolicy),
    ...command(container, prepared),
    ...workingDirectory(container, action.cwd),
    ...environment(container, prepared),
    ...mergeMember(
      container,
      'securityContext',
      securityContextMembers(container.object, podSpec, action),
    ),
    ...addItems(container, 'volumeMounts', root.volumeMounts),
  ]
}

/** Args of the container alone stay where they are and so follow the formula's command. */
function command(
  container: ContainerReference,
  prepared: PreparedFormula,
): PatchOperation[] {
  if (hasCommand(container.object)) return []
  return setMember(container, 'command', prepared.command)
}

function workingDirectory(container: ContainerReference, cwd: string): PatchOperation[] {
  if (memberString(container.object, 'workingDir')) return []
  return setMember(container, 'workingDir', cwd)
}

/** Ahead of the container's own entries, so that those can refer to ours by `$(NAME)`. */
function environment(
  container: ContainerReference,
  { environment: entries }: PreparedFormula,
): PatchOperation[] {
  const own = new Set<string>()
  for (const entry of memberArray(container.object, 'env')) {
    const name = memberString(entry, 'name')
    if (name !== undefined) own.add(name)
  }
  const missing = own.size === 0 ? entries : entries.filter(({ name }) => !own.has(name))
  return addItems(container, 'env', missing, 0)
}
