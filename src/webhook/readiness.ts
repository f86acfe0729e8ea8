// Whether the API server could reach this webhook now: its own certificate is shown on its own port,
// and checked by what the API server checks it with.

import { connect } from 'node:tls'

export interface DialTarget {
  readonly port: number
  /** The name that the certificate must be for. */
  readonly serverName: string
  /** PEM of the authorities. */
  readonly ca: string
}

const patience = 2_000

/** Why not, undefined when all is well. Never throws. */
export function dialSelf({
  port,
  serverName,
  ca,
}: DialTarget): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: serverName, ca })
    const end = (why: string | undefined) => {
      socket.destroy()
      resolve(why)
    }
    socket.setTimeout(patience, () => {
      end('its port does not answer')
    })
    socket.once('secureConnect', () => {
      end(undefined)
    })
    socket.once('error', (error: Error) => {
      end(error.message)
    })
  })
}
