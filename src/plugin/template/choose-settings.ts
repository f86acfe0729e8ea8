// The settings of one call: the defaults, then a settings file, then flags.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import { placeInText } from '../../located.ts'
import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import { whyNoWarehouse } from '../../ware/warehouse-address.ts'
import type { Io } from '../io.ts'
import { readFile } from '../read-file.ts'
import type { TemplateOptions } from './template.ts'

export async function chooseSettings(
  options: TemplateOptions,
  io: Io,
): Promise<Settings> {
  throwIfAny((options.source ?? []).flatMap(unusableSource))
  const settings =
    options.settings === undefined
      ? defaultSettings(io.version)
      : await readSettingsFile(options.settings, io)
  const { agentImage, baseImage, ownership } = options
  return {
    ...settings,
    ...(agentImage !== undefined && { agentImage }),
    ...(baseImage !== undefined && { baseImage }),
    ...(ownership !== undefined && { ownership }),
  }
}

async function readSettingsFile(path: string, io: Io): Promise<Settings> {
  const task = 'read the settings'
  const bytes = readFile(path, io, { ...readingSettings, task })
  const text = new TextDecoder().decode(bytes)
  const fail = (problems: readonly Omit<Problem, 'code' | 'task'>[]): void => {
    throwIfAny(
      problems.map((problem) => ({ code: 'settings-invalid', task, ...problem })),
    )
  }

  // Only now: the YAML reader and the schema checker would cost every other call its start-up time.
  const { parseDocuments } = await import('../../manifest/parse-document.ts')
  const { readSettings } = await import('../../settings/read-settings.ts')
  const [document, second] = parseDocuments(text)
  if (document === undefined || second !== undefined) {
    fail([{ where: path, why: 'it is not one document' }])
  }
  const place = (offset: number) => placeInText(path, text, offset)
  fail(
    (document?.problems ?? []).map(({ message, offset }) => ({
      where: place(offset),
      why: message,
    })),
  )
  const read = readSettings(document?.value ?? null, defaultSettings(io.version))
  if ('settings' in read) return read.settings
  fail(
    read.problems.map(({ pointer, why }) => ({
      where: place(document?.offsetOfKey(pointer) ?? 0),
      why,
    })),
  )
  throw new R2k8sError([
    { code: 'settings-invalid', task, where: path, why: 'it is not valid' },
  ])
}

const readingSettings = {
  missing: 'settings-invalid',
  unfit: 'settings-invalid',
  maxBytes: 1024 * 1024,
  pipes: true,
} as const

function unusableSource(address: string): Problem[] {
  const why = whyNoWarehouse(address)
  if (why === undefined) return []
  const hints = ['write it as --source ca+https://wares.example/']
  return [{ code: 'usage', task: 'use --source', why, hints }]
}
