// A formula from a file of the user's or from stdin.

import { R2k8sError } from '../../errors.ts'
import type { Formula } from '../../formula/formula.ts'
import { maxFormulaBytes, readFormula } from '../../formula/read-formula.ts'
import type { Io } from '../io.ts'
import { readText } from '../read-text.ts'

/**
 * @param pipes whether a pipe will do: for a file that the user names, not a manifest
 * @throws R2k8sError with every problem of the file
 */
export async function readFormulaFile(
  path: string,
  io: Io,
  pipes = true,
): Promise<{ formula: Formula; file: string; text: string }> {
  const { text, name } = await readFormulaText(path, io, pipes)
  const { readYamlText } = await import('../../manifest/read-yaml-text.ts')
  const read = readFormula(text, name, readYamlText)
  if ('problems' in read) throw new R2k8sError(read.problems)
  return { formula: read.formula, file: name, text }
}

export async function readFormulaText(
  path: string,
  io: Io,
  pipes = true,
): Promise<{ text: string; name: string }> {
  return await readText(path, io, {
    task: 'read the formula',
    missing: 'formula-not-found',
    unfit: 'formula-invalid',
    maxBytes: maxFormulaBytes,
    pipes,
  })
}
