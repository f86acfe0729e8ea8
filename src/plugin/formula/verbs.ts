// What `formula id`, `check` and `convert` do.

import { escapeControls, R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import { convertFormula } from '../../formula/convert-formula.ts'
import { append } from '../append.ts'
import type { Io } from '../io.ts'
import { readFormulaFile, readFormulaText } from './read-formula-file.ts'

export async function formulaId(file: string, raw: boolean, io: Io): Promise<void> {
  const { formula } = await readFormulaFile(file, io)
  io.writeStdout(`${raw ? formula.rawId : formula.id}\n`)
}

/** All files are looked at, whatever the first one holds. */
export async function formulaCheck(files: readonly string[], io: Io): Promise<void> {
  const problems: Problem[] = []
  for (const file of files) {
    try {
      const { formula } = await readFormulaFile(file, io)
      io.writeStdout(`${escapeControls(file)}: ${formula.dialect}, ${formula.id}\n`)
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      append(problems, error.problems)
    }
  }
  throwIfAny(problems)
}

export async function formulaConvert(
  file: string,
  to: 'warpforge' | 'timeless',
  io: Io,
): Promise<void> {
  const { text, name } = await readFormulaText(file, io)
  const { readYamlText } = await import('../../manifest/read-yaml-text.ts')
  const converted = convertFormula(text, name, to, readYamlText)
  if ('problems' in converted) throw new R2k8sError(converted.problems)
  io.writeStdout(converted.text)
}
