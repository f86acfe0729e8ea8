// A directory with a warehouse and formulas of its wares, and `push` in it.

import { join } from 'node:path'
import { directoryWith, kubectlR2k8s, type Call, type Result } from '../cli.ts'
import { packWare } from '../serve/pack-ware.ts'

export const ware = packWare({ 'bin/x': Buffer.from('x'), 'odd/file': Buffer.from('y') })
export const wareId = `tar:${ware.hash}`

/** Where pods would look. */
export const mirror = 'ca+https://wares.invalid'
/** The warehouse in the directory. */
export const local = ['--source', 'ca+file://wares']

export function formulaOf(
  program = '/bin/x',
  addresses: readonly string[] = [mirror],
): string {
  return `${JSON.stringify(
    {
      formula: { inputs: { '/': wareId }, action: { exec: [program], env: { A: '1' } } },
      context: { fetchUrls: { '/': addresses } },
    },
    undefined,
    '\t',
  )}\n`
}

export interface Workplace {
  readonly cwd: string
  readonly push: (args: readonly string[], call?: Call) => Promise<Result>
}

export function openWorkplace(
  files: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Workplace {
  const cwd = directoryWith({ [`wares${ware.path}`]: ware.bytes, ...files })
  const env = { R2K8S_CACHE: join(cwd, 'cache') }
  const push = (args: readonly string[], call: Call = {}) =>
    kubectlR2k8s(['push', ...args, ...flags], { cwd, env, ...call })
  return { cwd, push }
}
