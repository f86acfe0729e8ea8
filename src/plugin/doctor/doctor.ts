// What `doctor` does: all checks on stdout, and an error at the end when one of them failed.

import { R2k8sError, type ErrorCode } from '../../errors.ts'
import { openCluster, type OpenCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import { printValue, type OutputForm } from '../print-value.ts'
import type { Terminal } from '../terminal.ts'
import { clientFinding } from './checks/client.ts'
import { askForFacts } from './facts.ts'
import { printResult, resultValue } from './print-result.ts'
import { failureOf, runChecks, type Result } from './run-checks.ts'

export interface DoctorOptions extends ClusterFlags {
  readonly output?: OutputForm
}

/** @throws R2k8sError with the code of the first failed check */
export async function doctor(
  options: DoctorOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { output } = options
  const results: Result[] = []
  const tell = (result: Result): void => {
    results.push(result)
    if (output === undefined) io.writeStdout(printResult(result))
  }
  const cluster = await open(options, io, terminal)
  if (cluster instanceof R2k8sError) {
    tell({ check: 'client', finding: clientFinding(io, undefined) })
    tell({ check: 'cluster', finding: failureOf(cluster) })
  } else {
    try {
      for await (const result of runChecks(worldOf(cluster, io))) tell(result)
    } finally {
      await cluster.close()
    }
  }
  if (output !== undefined) {
    const checks = results.map(resultValue)
    const isWell = results.every(({ finding }) => finding.status !== 'failed')
    io.writeStdout(printValue({ ok: isWell, checks }, output))
  }
  throwIfFailed(results)
}

/** Not knowing where the cluster is, is a finding like others. */
async function open(
  flags: ClusterFlags,
  io: Io,
  terminal: Terminal,
): Promise<OpenCluster | R2k8sError> {
  try {
    return await openCluster(flags, io, terminal)
  } catch (error) {
    if (error instanceof R2k8sError) return error
    throw error
  }
}

function worldOf({ client, namespace }: OpenCluster, io: Io) {
  const { version, nodeVersion } = io
  const facts = askForFacts({ client, namespace, version })
  return { client, namespace, version, nodeVersion, now: io.now(), facts }
}

function throwIfFailed(results: readonly Result[]): void {
  const names = new Set<string>()
  let code: ErrorCode | undefined
  for (const { check, finding } of results) {
    if (finding.status !== 'failed') continue
    code ??= finding.code
    names.add(check)
  }
  if (code === undefined) return
  const all = new Set(results.map(({ check }) => check))
  const why = `${names.size} of ${all.size} checks failed: ${[...names].join(', ')}`
  throw new R2k8sError([{ code, task: 'run formulas here', why }])
}
