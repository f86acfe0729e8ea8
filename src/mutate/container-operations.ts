// Operations on a formula container that are the same for every pod that has it in the same place:
// made once, frozen, and recognised by whoever prints them (patch/print-patch.ts).

import type { Action } from '../formula/formula.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { childPointer } from '../patch/pointer.ts'
import { securityContextMembers } from './security-context.ts'
import type { Settings } from './settings.ts'

export interface ContainerOperations {
  readonly image: PatchOperation
  readonly pullPolicy: Settings['imagePullPolicy']
  /** For a container that lacks the member. */
  readonly addPullPolicy: PatchOperation
  /** For one that has another. */
  readonly replacePullPolicy: PatchOperation
  readonly addCommand: PatchOperation
  readonly addWorkingDir: PatchOperation
  readonly addEnv: PatchOperation
  /** For a container with entries of its own, none of the same name. */
  readonly insertEnv: readonly PatchOperation[]
  /** Where neither container nor pod says anything of it. */
  readonly addSecurityContext: PatchOperation
  readonly addMounts: PatchOperation
  readonly appendMounts: readonly PatchOperation[]
}

export interface ContainerValues {
  readonly action: Action
  readonly settings: Settings
  readonly command: readonly string[]
  readonly environment: readonly JsonObject[]
  readonly mounts: readonly JsonObject[]
}

export function containerOperations(
  pointer: string,
  { action, settings, command, environment, mounts }: ContainerValues,
): ContainerOperations {
  const operation = (
    op: 'add' | 'replace',
    path: readonly (string | number)[],
    value: JsonValue,
  ): PatchOperation =>
    Object.freeze({ op, path: path.reduce<string>(childPointer, pointer), value })
  return {
    image: operation('replace', ['image'], settings.baseImage),
    pullPolicy: settings.imagePullPolicy,
    addPullPolicy: operation('add', ['imagePullPolicy'], settings.imagePullPolicy),
    replacePullPolicy: operation(
      'replace',
      ['imagePullPolicy'],
      settings.imagePullPolicy,
    ),
    addCommand: operation('add', ['command'], command),
    addWorkingDir: operation('add', ['workingDir'], action.cwd),
    addEnv: operation('add', ['env'], environment),
    insertEnv: environment.map((entry, i) => operation('add', ['env', i], entry)),
    addSecurityContext: operation(
      'add',
      ['securityContext'],
      securityContextMembers({}, {}, action),
    ),
    addMounts: operation('add', ['volumeMounts'], mounts),
    appendMounts: mounts.map((mount) => operation('add', ['volumeMounts', '-'], mount)),
  }
}
