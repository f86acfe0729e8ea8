// The ware verbs in a directory of the test's own, with a cache and a warehouse in it.

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { directoryWith, kubectlR2k8s, type Call, type Result } from '../cli.ts'

export interface Workshop {
  readonly directory: string
  /** `ware` with these arguments, in the directory. */
  readonly ware: (args: string, call?: Call) => Promise<Result>
  /** As `ware`, of a call that succeeds: the ID on stdout. */
  readonly id: (args: string, call?: Call) => Promise<string>
}

/** Holds `app`, the empty warehouse `wares`, and the cache `cache` once there is one. */
export function openWorkshop(): Workshop {
  const directory = directoryWith({ 'app/bin/run': 'run\n', 'app/text': 'text\n' })
  chmodSync(join(directory, 'app/bin/run'), 0o755)
  symlinkSync('bin/run', join(directory, 'app/link'))
  mkdirSync(join(directory, 'wares'))
  const ware = (args: string, call: Call = {}): Promise<Result> => {
    const env = { R2K8S_CACHE: join(directory, 'cache'), ...call.env }
    return kubectlR2k8s(['ware', ...args.split(' ')], { cwd: directory, ...call, env })
  }
  const id = async (args: string, call: Call = {}): Promise<string> => {
    const { exit, stdout, stderr } = await ware(args, call)
    if (exit !== 0) throw new Error(`exit ${exit}: ${stderr}`)
    return stdout.trim()
  }
  return { directory, ware, id }
}

/** Stored in `wares`; altered by no filter of packing. */
export function packApp({ id }: Workshop, more = ''): Promise<string> {
  return id(`pack tar app --filters lossless --target ca+file://wares${more}`)
}

export function writeInto(directory: string, name: string, bytes: Uint8Array): void {
  writeFileSync(join(directory, name), bytes)
}
