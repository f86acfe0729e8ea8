// What a client runs in the packer's container, beside the packer: it tells it something, or takes an
// archive home. The packer is the first process there, and signals are all that reaches it.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { exitCodes, describeProblem, quote, R2k8sError } from '../errors.ts'
import { packPlanVariable } from '../mutate/pack-plan.ts'
import { explainSystemError } from '../system-error.ts'
import { heldPlace } from './held.ts'
import { variables, type AgentIo } from './io.ts'
import { readPackPlan } from './read-pack-plan.ts'
import { partOf, sizeOf, takeInput } from './sent-inputs.ts'
import { untilReady } from './readiness.ts'

const errands = ['begin', 'release', 'quit', 'give', 'take', 'have'] as const
type Errand = (typeof errands)[number]

export function isErrand(word: string | undefined): word is Errand {
  return errands.some((errand) => errand === word)
}

/** Never throws. The last word to the kubelet is the packer's, not theirs. */
export async function runErrand(argv: readonly string[], io: AgentIo): Promise<number> {
  const [errand, ...rest] = argv
  try {
    if (errand === 'begin' || errand === 'release' || errand === 'quit')
      await tell(errand, io)
    else if (errand === 'take') takeInput(io.env[variables.inputs] ?? '', rest)
    else if (errand === 'have') io.writeLine(String(sentBytes(io, rest)))
    else give(rest, io)
    return 0
  } catch (error) {
    const problem =
      error instanceof R2k8sError
        ? error.problems[0]
        : {
            code: 'inoperable-path' as const,
            task: errand ?? 'go on',
            why: explainSystemError(error),
          }
    io.writeError(`${describeProblem(problem)}\n`)
    return exitCodes[problem.code]
  }
}

/** A word that comes before it is listened for would be lost. */
async function tell(word: 'begin' | 'release' | 'quit', io: AgentIo): Promise<void> {
  const { ready } = readPackPlan(io.env[packPlanVariable])
  if (ready !== undefined) await untilReady(ready, io.terminated)
  io.signalPacker(word)
}

/** Of an input that is on its way, or has come. */
function sentBytes({ env }: AgentIo, [number = '']: readonly string[]): number {
  const file = `${env[variables.inputs] ?? ''}/${/^\d+$/.test(number) ? number : ''}`
  return Math.max(sizeOf(file), sizeOf(partOf(file)))
}

const chunkBytes = 256 * 1024

/** @param args number of the output in the plan, and the byte to begin with */
function give([number = '', from = '0']: readonly string[], io: AgentIo): void {
  const plan = readPackPlan(io.env[packPlanVariable])
  const output = /^\d+$/.test(number) ? plan.outputs[Number(number)] : undefined
  const offset = /^\d+$/.test(from) ? Number(from) : undefined
  const task = `give the output ${quote(number)}`
  if (output === undefined || offset === undefined) {
    const why = 'the plan has none of that number, or the place to begin is no number'
    throw new R2k8sError([{ code: 'usage', task, why }])
  }
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const file = openSync(heldPlace(plan, output), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) {
      throw new R2k8sError([{ code: 'inoperable-path', task, why: 'it is no file' }])
    }
    const chunk = Buffer.alloc(chunkBytes)
    for (let at = offset; ;) {
      const bytes = readSync(file, chunk, 0, chunk.length, at)
      if (bytes === 0) return
      io.writeBytes(chunk.subarray(0, bytes))
      at += bytes
    }
  } finally {
    closeSync(file)
  }
}
