// Where pushed formulas go: into the cluster, or as objects into what is printed.

import type { OpenCluster } from '../cluster/open-cluster.ts'
import { dryRunEndings, type DryRun } from '../dry-run.ts'
import type { Settings } from '../../mutate/settings.ts'
import type { Terminal } from '../terminal.ts'
import { distinct, printObjects } from './print-objects.ts'
import type { NamedFormula } from './send-formulas.ts'

export interface Delivery {
  readonly output?: 'yaml' | 'json'
  readonly dryRun?: DryRun
}

export interface DeliveryContext {
  /** Undefined: what the manifest or the command line says alone counts. */
  readonly cluster: OpenCluster | undefined
  /** Of `-n`. */
  readonly namespace: string | undefined
  readonly settings: Settings
  readonly signal: AbortSignal
  readonly terminal: Terminal
}

/** Printing needs none, and neither does a dry run of the client. */
export function needsCluster({ output, dryRun = 'none' }: Delivery): boolean {
  return dryRun === 'server' || (dryRun === 'none' && output === undefined)
}

/** The objects as text, where they are to be printed. */
export async function deliver(
  wanted: readonly NamedFormula[],
  { output, dryRun = 'none' }: Delivery,
  { cluster, namespace, settings, signal, terminal }: DeliveryContext,
): Promise<string | undefined> {
  const tell = ({ name }: NamedFormula, outcome: string): void => {
    if (output !== undefined) return
    const end = dryRunEndings[dryRun]
    terminal.say(`formula.r2k8s.io/${name} ${outcome}${end}`)
  }
  if (cluster !== undefined) {
    const { sendFormulas } = await import('./send-formulas.ts')
    await sendFormulas(wanted, {
      client: cluster.client,
      namespace: cluster.namespace,
      settings,
      dryRun: dryRun === 'server',
      signal,
      tell,
      warn: (text) => {
        terminal.say(text, { text: 'warning:', color: 'yellow' })
      },
    })
  } else {
    for (const formula of distinct(wanted)) tell(formula, 'created')
  }
  if (output === undefined) return undefined
  return printObjects(
    wanted.map((formula) => ({
      ...formula,
      namespace: formula.namespace ?? namespace,
    })),
    output,
  )
}
