// The settings of one call: the defaults, then a settings file, then flags.

import { defaultSettings, type Settings } from '../../mutate/settings.ts'
import type { Io } from '../io.ts'
import { readFile } from '../read-file.ts'
import { checkSources } from '../source-option.ts'
import type { TemplateOptions } from './template.ts'

export async function chooseSettings(
  options: TemplateOptions,
  io: Io,
): Promise<Settings> {
  checkSources(options.source ?? [])
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
  const bytes = readFile(path, io, readingSettings)
  // Only now: the YAML reader and the schema checker would cost every other call its start-up time.
  const { readSettingsText } = await import('../../settings/read-settings-text.ts')
  const text = new TextDecoder().decode(bytes)
  return readSettingsText(text, path, defaultSettings(io.version))
}

const readingSettings = {
  task: 'read the settings',
  missing: 'settings-invalid',
  unfit: 'settings-invalid',
  maxBytes: 1024 * 1024,
  pipes: true,
} as const
