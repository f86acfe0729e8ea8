// Whether the API server could reach this webhook now: its own certificate is shown on its own port,
// and checked by what the API server checks it with.

import { connect } from 'node:tls'
import type { Log } from './log.ts'

export interface DialTarget {
  readonly port: number
  /** The name that the certificate must be for. */
  readonly serverName: string
  /** PEM of the authorities. */
  readonly ca: string
}

const patience = 2_000
const noAnswer = 'its port does not answer'

/** Why not, undefined when all is well. Never throws. */
export async function dialSelf(target: DialTarget): Promise<string | undefined> {
  const why = await dial(target)
  if (why === undefined || why === noAnswer) return why
  // Of authorities with the same name OpenSSL tries the first alone; the API server tries all.
  const authorities = target.ca.match(certificates) ?? []
  for (const ca of authorities.length > 1 ? authorities.slice(0, mostAuthorities) : []) {
    if ((await dial({ ...target, ca })) === undefined) return undefined
  }
  return why
}

const certificates = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g
const mostAuthorities = 8

function dial({ port, serverName, ca }: DialTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: serverName, ca })
    const end = (why: string | undefined) => {
      socket.destroy()
      resolve(why)
    }
    socket.setTimeout(patience, () => {
      end(noAnswer)
    })
    socket.once('secureConnect', () => {
      end(undefined)
    })
    socket.once('error', (error: Error) => {
      end(error.message)
    })
  })
}

/** The kubelet tells nobody what a probe was answered; a start takes less than this. */
const tellAfter = 20_000

/** The same look, and a warning in the log when the same thing has been in the way for a while. */
export function tellingLook(
  look: () => Promise<string | undefined>,
  log: Pick<Log, 'warn'>,
  now: () => number = () => performance.now(),
): () => Promise<string | undefined> {
  let last: string | undefined
  let since = 0
  let isTold = false
  return async () => {
    const why = await look()
    if (why !== last) {
      last = why
      since = now()
      isTold = false
    }
    if (why !== undefined && !isTold && now() - since >= tellAfter) {
      isTold = true
      log.warn('not ready', { reason: why })
    }
    return why
  }
}
