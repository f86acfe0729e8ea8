// `run FORMULA`: one formula, with what the command line lays over it.

import { orderOutputs } from '../../run/order-outputs.ts'
import { rootVolume } from '../../run/run-order.ts'
import { tellUnsaved } from './check-saves.ts'
import { packInputs, readLocalInputs, type PackedInputs } from './local-inputs.ts'
import { performRun } from './perform-run.ts'
import { readRunFormula } from './read-run-formula.ts'
import { readSaves } from './read-saves.ts'
import type { Runner } from './runner.ts'
import type { Outcome } from './stay-with.ts'

/** @throws R2k8sError; Exit when the user has ended it */
export async function runFormula(file: string, runner: Runner): Promise<Outcome> {
  const { io, options, transfer } = runner
  const inputs = readLocalInputs(options.input ?? [], io)
  let packed: PackedInputs = { hashes: new Map(), sent: [] }
  const read = await readRunFormula(
    file,
    {
      ...options,
      pack: async (dialect) => {
        packed = await packInputs(inputs, dialect, transfer)
        return packed.hashes
      },
    },
    io,
  )
  const { formula, text } = read
  const { outputs } = formula
  const saves = readSaves(options.save ?? [], { outputs, owner: 'the formula' })
  const ordered = orderOutputs(formula, saves, rootVolume)
  tellUnsaved(ordered, runner)
  const wanted = { formula, text, name: read.file, sent: packed.sent, ordered }
  return await performRun(wanted, runner)
}
