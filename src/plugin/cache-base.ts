// Where unpacked wares and indexes are kept on this machine.

import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Ours, then rio's variables, then where programs keep such things. Empty ones are not set. */
export function cacheBaseOf(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string {
  const own = env['R2K8S_CACHE'] || env['RIO_CACHE']
  if (own) return resolve(cwd, own)
  if (env['RIO_BASE']) return resolve(cwd, env['RIO_BASE'], 'cache')
  const caches = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache')
  return resolve(cwd, caches, 'r2k8s')
}
