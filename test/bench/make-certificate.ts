// A certificate for a server on loopback.

import { spawnSync } from 'node:child_process'

/** Files. */
export function makeCertificate(directory: string): [key: string, cert: string] {
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`]
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'
  const made = spawnSync('openssl', [
    ...request.split(' '),
    ...['-subj', '/CN=r2k8s', '-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) throw new Error('openssl is needed to make a certificate')
  return [key, cert]
}
