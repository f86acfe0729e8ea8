// Why a formula cannot run in a container of a pod, whatever is done to it.

import { quote, type Problem } from '../errors.ts'
import { member } from '../json.ts'
import { childPointer } from '../patch/pointer.ts'
import type { ContainerReference } from './collect-references.ts'
import { hasCommand } from './formula-command.ts'
import type { Refusal } from './prepared-formula.ts'
import type { RootRequest } from './root.ts'
import type { EffectiveUser } from './security-context.ts'
import type { OwnMount } from './volume-mounts.ts'

export function rootProblems(
  request: RootRequest,
  user: EffectiveUser,
  own: readonly OwnMount[],
): Problem[] {
  const { container } = request
  return [
    ...own.flatMap((mount) => {
      const why = whyImpossible(mount)
      return why === undefined ? [] : [mountProblem(mount, container, why)]
    }),
    ...refusals(request, user).map(({ why, hint }): Problem => {
      const task = `run the formula of container ${quote(container.name)}`
      const pointer = childPointer(container.pointer, 'image')
      return { code: 'formula-invalid', task, pointer, why, hints: [hint] }
    }),
  ]
}

function whyImpossible({ path, volumeType }: OwnMount): string | undefined {
  if (path === '/') return 'no volume can stand at the root of a container'
  if (volumeType === 'hostPath') return undefined
  if (path === '/dev') return 'the runtime would leave out its devices'
  if (path === '/proc') return 'runtimes refuse everything but a proc there'
  return undefined
}

function mountProblem(
  mount: OwnMount,
  container: ContainerReference,
  why: string,
): Problem {
  const task = `mount a volume at ${quote(mount.path)} in container ${quote(container.name)}`
  return {
    code: 'manifest-invalid',
    task,
    pointer: childPointer(container.pointer, 'volumeMounts'),
    why,
  }
}

function refusals({ container, prepared }: RootRequest, user: EffectiveUser): Refusal[] {
  const found = [...prepared.refusals]
  if (prepared.command.length === 0 && !hasCommand(container.object)) {
    const hint = 'give the container a command, or the formula an exec'
    found.push({ why: 'its action names no program', hint })
  }
  if (user.nonRoot && user.uid === 0) {
    const hint = 'set runAsUser of the container, or drop runAsNonRoot'
    found.push({ why: 'it runs as root, which runAsNonRoot forbids', hint })
  }
  if (
    prepared.formula.action.policy === 'sysad' &&
    member(member(container.object, 'securityContext'), 'allowPrivilegeEscalation') ===
      false
  ) {
    const hint = 'drop allowPrivilegeEscalation from the container'
    found.push({
      why: 'its policy "sysad" needs privileges, which the container forbids',
      hint,
    })
  }
  return found
}
