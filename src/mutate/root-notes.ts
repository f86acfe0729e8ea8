// What a user may want to know of a root that was planned for one container.

import { quote } from '../errors.ts'
import { memberArray } from '../json.ts'
import type { Note } from './decisions.ts'
import { hasCommand } from './formula-command.ts'
import type { RootRequest } from './root.ts'
import type { EffectiveUser } from './security-context.ts'

/** @param kept top-level entries that a mount of the container's own stands for */
export function rootNotes(
  { container, prepared }: RootRequest,
  user: EffectiveUser,
  kept: readonly string[],
): Note[] {
  const notes = kept.map((name): Note => ({
    code: 'mount-of-user-kept',
    about: `/${name}`,
  }))
  if (prepared.formula.action.policy === 'governor' && user.uid !== 0) {
    notes.push({ code: 'capabilities-without-effect', about: '"governor"' })
  }
  if (memberArray(container.object, 'envFrom').length > 0) {
    const about = prepared.environment.map(({ name }) => name).join(', ')
    notes.push({ code: 'env-from-overridden', about })
  }
  const hasArgs = memberArray(container.object, 'args').length > 0
  if (hasArgs && !hasCommand(container.object)) {
    notes.push({ code: 'args-appended', about: quote(prepared.command[0] ?? '') })
  }
  return notes
}
