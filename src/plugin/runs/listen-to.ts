// What is told while a run goes on, and outputs taken home.

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { R2k8sError, type Problem } from '../../errors.ts'
import type { HeldOutputs, RunListener } from '../../run/following.ts'
import { pullOutput } from '../../run/pull-output.ts'
import { parseWareId } from '../../ware/ware-id.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import { formatBytes } from '../ware/format-bytes.ts'
import { mirrorToAll } from '../ware/mirror-to-all.ts'
import type { LiveRun } from './interruptions.ts'
import type { StepOutput } from './run-output.ts'

interface Listening {
  readonly output: StepOutput
  readonly transfer: TransferContext
  readonly signal: AbortSignal
}

const words = {
  fetch: 'fetching the wares',
  action: 'the action runs',
  pack: '',
} as const

export function listenTo(run: LiveRun, listening: Listening): RunListener {
  const { output } = listening
  return {
    output: output.lines,
    agentLine: (_, line) => {
      if (line.kind === 'progress')
        output.progress({ ...line, phase: phaseOf(line.phase) })
      else if (line.kind === 'log' && line.level !== 'info')
        output.log(line.level, line.message)
    },
    began: (what, pod) => {
      // Whoever comes later hears of what goes on, not of what was.
      if (words[what] === '' || pod[what].kind !== 'running') return
      const where =
        what === 'fetch' ? ` on node ${pod.node ?? '?'}, in pod ${pod.name}` : ''
      output.log('info', `${words[what]}${where}`)
    },
    pending: ({ reason, message, hint }) => {
      const todo = hint === undefined ? '' : ` (${hint})`
      output.log('warn', `waiting, ${reason}: ${message}${todo}`)
    },
    sending: ({ ware, bytes }) => {
      output.log('info', `sending ${ware}, ${formatBytes(bytes)}`)
    },
    troubled: (error) => {
      output.log('warn', error.message)
    },
    takeHome: (held) => takeHome(run, held, listening),
  }
}

function phaseOf(phase: string): 'fetch' | 'pack' {
  return phase === 'pack' ? 'pack' : 'fetch'
}

/** One that cannot be had is no reason to leave out the others. */
async function takeHome(
  { client, namespace, about }: LiveRun,
  { pod, sizes, results }: HeldOutputs,
  { output, transfer, signal }: Listening,
): Promise<readonly Problem[]> {
  const problems: Problem[] = []
  for (const { output: name, targets } of about.fetched) {
    const bytes = sizes.get(name)
    const ware = parseWareId(results.get(name) ?? '')
    // Nothing was made, or it could not be packed, which the packer says.
    if (bytes === undefined || 'why' in ware) continue
    const number = about.outputs.indexOf(name)
    const file = join(transfer.scratch(), `taken-${randomUUID()}`)
    try {
      const held = { namespace, pod, output: name, number, bytes }
      await pullOutput(client, held, file, signal)
      // Whatever came, and from whomever: it is the ware of the record, or nothing is written.
      const addresses = [pathToFileURL(file).href]
      const request = { wareId: ware.wareId, addresses, targets }
      await mirrorToAll(request, { ...transfer, signal })
      const passing = pathToFileURL(transfer.scratch()).href
      for (const target of targets) {
        const isPassing = target.startsWith(`ca+${passing}/`)
        const where = isPassing ? 'here, for the steps behind' : `to ${target}`
        output.log('info', `${isPassing ? 'took' : 'saved'} ${name} ${where}`)
      }
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      problems.push(...error.problems)
    } finally {
      rmSync(file, { force: true })
    }
  }
  return problems
}
