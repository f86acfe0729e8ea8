// The text of a settings document, its problems with their places in it. The webhook and the command
// line read it here, so that neither takes what the other one refuses.

import { R2k8sError, throwIfAny, type Problem } from '../errors.ts'
import { placeInText } from '../located.ts'
import { parseDocuments } from '../manifest/parse-document.ts'
import type { Settings } from '../mutate/settings.ts'
import { readSettings } from './read-settings.ts'

/**
 * Text without any document leaves the defaults in force.
 *
 * @param name what messages call the text
 * @throws R2k8sError settings-invalid
 */
export function readSettingsText(
  text: string,
  name: string,
  defaults: Settings,
): Settings {
  const invalid = { code: 'settings-invalid', task: 'read the settings' } as const
  const fail = (problems: readonly Omit<Problem, 'code' | 'task'>[]): void => {
    throwIfAny(problems.map((problem) => ({ ...invalid, ...problem })))
  }
  const [document, second] = parseDocuments(text)
  if (second !== undefined) fail([{ where: name, why: 'it is not one document' }])
  const place = (offset: number) => placeInText(name, text, offset)
  fail(
    (document?.problems ?? []).map(({ message, offset }) => ({
      where: place(offset),
      why: message,
    })),
  )
  const read = readSettings(document?.value ?? null, defaults)
  if ('settings' in read) return read.settings
  fail(
    read.problems.map(({ pointer, why }) => ({
      where: place(document?.offsetOfKey(pointer) ?? 0),
      why,
    })),
  )
  throw new R2k8sError([{ ...invalid, where: name, why: 'it is not valid' }])
}
