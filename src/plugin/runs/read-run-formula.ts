// The formula of a run: from its file, with what -e and --patch lay over it.

import { quote, R2k8sError } from '../../errors.ts'
import { changeFormula } from '../../formula/change-formula.ts'
import type { Dialect, Formula } from '../../formula/formula.ts'
import { openDocument } from '../../formula/open-document.ts'
import { readFormula } from '../../formula/read-formula.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import { readFormulaText } from '../formula/read-formula-file.ts'
import type { Io } from '../io.ts'

export interface FormulaOptions {
  readonly env?: readonly string[]
  readonly patch?: readonly string[]
}

/** Hashes of wares by the path of their input, once the dialect is known that says which hash. */
export type PackInputs = (dialect: Dialect) => Promise<ReadonlyMap<string, string>>

export interface RunFormula {
  readonly formula: Formula
  /** Of the formula that runs. */
  readonly text: string
  readonly file: string
}

/** @throws R2k8sError with every problem of the formula, or of a patch */
export async function readRunFormula(
  path: string,
  { env = [], patch = [], pack }: FormulaOptions & { readonly pack: PackInputs },
  io: Io,
): Promise<RunFormula> {
  const { text: written, name: file } = await readFormulaText(path, io)
  const patches = await Promise.all(
    patch.map(async (each) => {
      const { text, name } = await readFormulaText(each, io)
      return { text, file: name }
    }),
  )
  const opened = openDocument(written, file, readYamlText)
  if ('problems' in opened) throw new R2k8sError(opened.problems)
  const inputs = await pack(opened.dialect)
  const isChanged = env.length > 0 || patch.length > 0 || inputs.size > 0
  const changes = { patches, env: readEnv(env, io), inputs }
  const changed = isChanged
    ? changeFormula({ text: written, file }, changes, readYamlText)
    : { text: written }
  if ('problems' in changed) throw new R2k8sError(changed.problems)
  const { text } = changed
  const read = readFormula(text, isChanged ? `${file} (changed)` : file, readYamlText)
  if ('problems' in read) throw new R2k8sError(read.problems)
  return { formula: read.formula, text, file }
}

/** `K=V`, or `K` for the value that it has here, as docker takes it. */
function readEnv(entries: readonly string[], io: Io): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const equals = entry.indexOf('=')
      const name = equals < 0 ? entry : entry.slice(0, equals)
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        const why = `${quote(name)} is no name of a variable`
        const hints = ['write -e NAME=VALUE']
        throw new R2k8sError([{ code: 'usage', task: 'use -e', why, hints }])
      }
      const value = equals < 0 ? io.env[name] : entry.slice(equals + 1)
      if (value === undefined) {
        const why = `${name} is not set here`
        const hints = ['write -e NAME=VALUE']
        throw new R2k8sError([{ code: 'usage', task: 'use -e', why, hints }])
      }
      return [name, value] as const
    }),
  )
}
