// What all ware verbs share: an HTTP client, a scratch directory, limits, output; opened before and
// closed behind whatever the verb does.

import { R2k8sError } from '../../errors.ts'
import { createHttpClient } from '../../http/http-client.ts'
import { keepMemoryFlat } from '../../transfer/keep-memory-flat.ts'
import { readLimits } from '../../transfer/read-limits.ts'
import { openScratch } from '../../transfer/scratch.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import { defaultUnpackLimits, type UnpackLimits } from '../../ware/unpack-limits.ts'
import { cacheBaseOf } from '../cache-base.ts'
import type { Io } from '../io.ts'
import { usageProblem } from './read-filters.ts'
import { openWareOutput, type OutputOptions, type WareOutput } from './ware-output.ts'

export interface TransferOptions extends OutputOptions {
  readonly limits?: string
}

/** @throws R2k8sError whatever `act` throws, once the output has said its last word */
export async function withTransfer<Result>(
  options: TransferOptions,
  io: Io,
  act: (context: TransferContext, output: WareOutput) => Promise<Result>,
): Promise<Result> {
  keepMemoryFlat()
  const { env, cwd, version, user } = io
  const output = openWareOutput(options, io)
  const scratch = openScratch(io.temporaryDirectory)
  const client = createHttpClient({ env, userAgent: `r2k8s/${version}` })
  try {
    const context: TransferContext = {
      send: client.send,
      env,
      cwd,
      report: output.report,
      signal: io.signal,
      limits: chooseLimits(options.limits, io),
      scratch: scratch.path,
      cacheBase: cacheBaseOf(env, cwd),
      mine: user,
    }
    return await act(context, output)
  } catch (error) {
    if (error instanceof R2k8sError) output.failure(error)
    throw error
  } finally {
    output.close()
    await client.close()
    scratch.close()
  }
}

function chooseLimits(text: string | undefined, { env }: Io): UnpackLimits {
  const fromEnv = env['R2K8S_LIMITS']
  let limits = defaultUnpackLimits
  if (fromEnv) limits = parse('R2K8S_LIMITS', fromEnv, limits)
  return text === undefined ? limits : parse('--limits', text, limits)
}

function parse(name: string, text: string, base: UnpackLimits): UnpackLimits {
  const read = readLimits(text, base)
  if ('limits' in read) return read.limits
  throw usageProblem(`understand ${name}`, read.why)
}
