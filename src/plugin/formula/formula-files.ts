// Formulas by the path of their file, each read once.

import { relative } from 'node:path'
import { quote, R2k8sError, type Problem } from '../../errors.ts'
import type { LoadedFormula, UnusableFormula } from '../../mutate/prepared-formula.ts'
import { append } from '../append.ts'
import type { Io } from '../io.ts'
import { readFormulaFile } from './read-formula-file.ts'

export interface FormulaFile extends LoadedFormula {
  /** As messages call it. */
  readonly file: string
  /** Exactly as its author wrote it. */
  readonly text: string
}

export interface FormulaFiles {
  /** @param path absolute */
  readonly find: (path: string) => Promise<FormulaFile | UnusableFormula>
  /** What is wrong with files that are there, each told once. */
  readonly problems: readonly Problem[]
}

export function openFormulaFiles(io: Io): FormulaFiles {
  const files = new Map<string, FormulaFile | UnusableFormula>()
  const problems: Problem[] = []

  async function read(path: string): Promise<FormulaFile | UnusableFormula> {
    const near = relative(io.cwd, path) || '.'
    try {
      const read = await readFormulaFile(near.startsWith('..') ? path : near, io, false)
      return { ...read, indexes: new Map() }
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      const [{ code, why }] = error.problems
      if (code === 'formula-not-found') {
        const hints = ['the path of a formula is relative to the manifest']
        return { unusable: { code, why, hints } }
      }
      append(problems, error.problems)
      return { unusable: { code, why: `its formula ${quote(near)} has problems` } }
    }
  }

  return {
    problems,
    find: async (path) => {
      const found = files.get(path) ?? (await read(path))
      files.set(path, found)
      return found
    },
  }
}
