// What `runs` does: the runs that are in the cluster.

import type { JsonObject } from '../../json.ts'
import { listRuns, type FoundRun } from '../../run/find-runs.ts'
import { makeRunRecord } from '../../run/run-record.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import { printTable } from '../print-table.ts'
import { printValue } from '../print-value.ts'
import { formatAge } from '../webhook/format-age.ts'
import type { RunContext } from './run.ts'

export interface ListOptions {
  readonly output?: 'json' | 'yaml' | 'wide' | 'name'
  readonly allNamespaces?: boolean
}

/** @throws R2k8sError */
export async function list(
  { output, allNamespaces = false }: ListOptions,
  { flags, io, terminal }: RunContext,
): Promise<void> {
  const cluster = await openCluster(flags, io, terminal)
  try {
    const namespace = allNamespaces ? undefined : cluster.namespace
    const { signal } = io
    const runs = await unlessCancelled(
      listRuns(cluster.client, namespace, signal),
      signal,
    )
    if (output === 'json' || output === 'yaml') {
      io.writeStdout(printValue({ items: runs.map(valueOf) }, output))
    } else if (output === 'name') {
      io.writeStdout(runs.map(({ about }) => `run/${about.name}\n`).join(''))
    } else if (runs.length === 0) {
      const where = namespace === undefined ? 'any namespace' : `namespace ${namespace}`
      terminal.say(`No runs found in ${where}.`)
    } else {
      io.writeStdout(
        print(runs, { allNamespaces, wide: output === 'wide', now: io.now() }),
      )
    }
  } finally {
    await cluster.close()
  }
}

function print(
  runs: readonly FoundRun[],
  { allNamespaces, wide, now }: { allNamespaces: boolean; wide: boolean; now: number },
): string {
  const head = [
    ...(allNamespaces ? ['NAMESPACE'] : []),
    ...['NAME', 'FORMULA', 'PHASE', 'EXIT', 'AGE'],
    ...(wide ? ['POLICY', 'NODE', 'GUID', 'FORMULA ID'] : []),
  ]
  const rows = runs.map(({ namespace, about, phase, waiting, end, pod }) => [
    ...(allNamespaces ? [namespace] : []),
    about.name,
    about.formula,
    // One word, so that columns can be cut: as kubectl writes Init:ImagePullBackOff.
    waiting === undefined ? phase : `${phase}:${waiting.reason}`,
    end?.kind === 'action-ended' ? String(end.exitCode) : '',
    formatAge(now - about.time * 1000),
    ...(wide ? [about.onDisconnect, pod?.node ?? '', about.guid, about.formulaId] : []),
  ])
  return printTable(head, rows)
}

function valueOf({ namespace, about, phase, waiting, end, pod }: FoundRun): JsonObject {
  return {
    ...{ name: about.name, namespace, guid: about.guid, formula: about.formula },
    ...{ formulaID: about.formulaId, time: about.time, phase },
    ...(waiting !== undefined && { reason: waiting.reason }),
    ...(waiting !== undefined && waiting.message !== '' && { message: waiting.message }),
    onDisconnect: about.onDisconnect,
    ...(pod !== undefined && { pod: pod.name }),
    ...(end?.kind === 'action-ended' &&
      end.results !== undefined && {
        runRecord: makeRunRecord(about, {
          ...{ exitCode: end.exitCode, results: end.results, hostname: end.node },
        }),
      }),
    ...(end?.problem !== undefined && {
      error: { category: end.problem.code, message: end.problem.why },
    }),
  }
}
