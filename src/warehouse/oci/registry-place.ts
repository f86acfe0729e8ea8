// Where a registry is reached: its URL follows from its name, by docker's rules.

import type { Env } from '../warehouse.ts'

/** The origin of a registry, without slash behind it. */
export function registryOrigin(registry: string, env: Env): string {
  const host = isDockerHub(registry) ? 'registry-1.docker.io' : registry
  return `${isPlain(registry, env) ? 'http' : 'https'}://${host}`
}

/** Docker Hub goes by several names, and its API by yet another. */
export function isDockerHub(registry: string): boolean {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(registry)
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** Whether it is asked over http: on this machine, or where the user says so. */
function isPlain(registry: string, env: Env): boolean {
  if (loopback.test(registry)) return true
  const listed = (env['R2K8S_INSECURE_REGISTRIES'] ?? '').split(',')
  return listed.some((name) => name.trim() === registry)
}
