// Where pushed formulas go: into the cluster, or as objects to stdout.

import type { OpenCluster } from '../cluster/open-cluster.ts'
import type { Io } from '../io.ts'
import type { Settings } from '../../mutate/settings.ts'
import type { Terminal } from '../terminal.ts'
import { printObjects } from './print-objects.ts'
import type { NamedFormula } from './send-formulas.ts'

export interface Delivery {
  readonly output?: 'yaml' | 'json'
  readonly dryRun?: 'none' | 'client' | 'server'
}

export interface DeliveryContext {
  /** Undefined: what the manifest or the command line says alone counts. */
  readonly cluster: OpenCluster | undefined
  /** Of `-n`. */
  readonly namespace: string | undefined
  readonly settings: Settings
  readonly io: Io
  readonly terminal: Terminal
}

/** Printing needs none, and neither does a dry run of the client. */
export function needsCluster({ output, dryRun = 'none' }: Delivery): boolean {
  return dryRun === 'server' || (dryRun === 'none' && output === undefined)
}

export async function deliver(
  wanted: readonly NamedFormula[],
  { output, dryRun = 'none' }: Delivery,
  { cluster, namespace, settings, io, terminal }: DeliveryContext,
): Promise<void> {
  const tell = ({ name }: NamedFormula, outcome: string): void => {
    if (output !== undefined) return
    const end = endings[dryRun]
    terminal.say(`formula.r2k8s.io/${name} ${outcome}${end}`)
  }
  if (cluster !== undefined) {
    const { sendFormulas } = await import('./send-formulas.ts')
    await sendFormulas(wanted, {
      client: cluster.client,
      namespace: cluster.namespace,
      settings,
      dryRun: dryRun === 'server',
      signal: io.signal,
      tell,
      warn: (text) => {
        terminal.say(text, { text: 'warning:', color: 'yellow' })
      },
    })
  } else {
    for (const formula of wanted) tell(formula, 'created')
  }
  if (output === undefined) return
  io.writeStdout(
    printObjects(
      wanted.map((formula) => ({
        ...formula,
        namespace: formula.namespace ?? namespace,
      })),
      output,
    ),
  )
}

/** As kubectl says it. */
const endings = {
  none: '',
  client: ' (dry run)',
  server: ' (server dry run)',
} as const
