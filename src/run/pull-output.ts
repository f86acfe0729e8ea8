// Takes an archive out of the packer's container: by exec, going on where a connection broke off.

import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ApiClient } from '../cluster/api-client.ts'
import { execInPod } from '../cluster/pod-exec.ts'
import { quote, R2k8sError } from '../errors.ts'
import { backOff, pauseOnClock } from '../host/pause.ts'
import { explainSystemError } from '../system-error.ts'
import { agentCommand } from './tell-packer.ts'
import { containers } from './run-order.ts'

export interface HeldOutput {
  readonly namespace: string
  readonly pod: string
  readonly output: string
  /** In the plan of the packer. */
  readonly number: number
  readonly bytes: number
}

const mostFailures = 10

/** @param file does not exist yet @throws R2k8sError when it does not come whole */
export async function pullOutput(
  client: ApiClient,
  held: HeldOutput,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const task = `fetch the output ${quote(held.output)} from the pod`
  let failures = 0
  let at = 0
  while (at < held.bytes) {
    const before = at
    const why = await pullFrom(client, held, { file, at, signal })
    at = await sizeOf(file)
    if (at > before) failures = 0
    if (at >= held.bytes) break
    if (++failures >= mostFailures || signal.aborted) {
      const code = signal.aborted ? 'cancelled' : 'cluster-unreachable'
      throw new R2k8sError([{ code, task, why: why ?? 'it ended too early' }])
    }
    await pauseOnClock(backOff(failures), signal)
  }
  if (at !== held.bytes) {
    const why = `${at} bytes have come, of ${held.bytes}`
    throw new R2k8sError([{ code: 'executor-problem', task, why }])
  }
}

/** @returns why it broke off */
async function pullFrom(
  client: ApiClient,
  { namespace, pod, output, number }: HeldOutput,
  { file, at, signal }: { file: string; at: number; signal: AbortSignal },
): Promise<string | undefined> {
  const stdout = createWriteStream(file, { flags: 'a', mode: 0o600 })
  stdout.on('error', () => undefined) // told by the write that fails
  const closed = new Promise<void>((resolve) => {
    stdout.once('close', resolve)
  })
  try {
    const outcome = await execInPod(client, {
      ...{ namespace, pod, container: containers.pack, stdout, signal },
      command: [...agentCommand, 'give', String(number), String(at)],
    })
    if (outcome.kind === 'refused') return outcome.message
    return outcome.code === 0 ? undefined : `the packer answered with ${outcome.code}`
  } catch (error) {
    if (error instanceof R2k8sError) return error.problems[0].why
    const why = explainSystemError(stdout.errored ?? error)
    const task = `keep the output ${quote(output)} on this machine`
    throw new R2k8sError([{ code: 'output-unwritable', task, why }], { cause: error })
  } finally {
    stdout.end()
    await closed
  }
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
