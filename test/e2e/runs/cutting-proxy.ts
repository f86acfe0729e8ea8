// A way to the API server that breaks when it is told to.

import { connect, createServer, type Socket } from 'node:net'
import { afterAll } from 'vitest'
import { kubectl } from '../lab.ts'

export interface CuttingProxy {
  /** For --server. */
  readonly server: string
  /** What the certificate of the API server says. */
  readonly name: string
  /** Breaks all connections there are; new ones work. */
  readonly cut: () => void
}

const closings: (() => void)[] = []
afterAll(() => {
  for (const close of closings) close()
})

export async function cutThrough(): Promise<CuttingProxy> {
  const path = 'jsonpath={.clusters[0].cluster.server}'
  const real = new URL(await kubectl(['config', 'view', '--minify', '-o', path]))
  const sockets = new Set<Socket>()
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
    sockets.clear()
  }
  const proxy = createServer((near) => {
    const far = connect(Number(real.port), real.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined) // told by the other end
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far)
    far.pipe(near)
  })
  closings.push(() => {
    proxy.close()
    cut()
  })
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve)
  })
  const address = proxy.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  return { server: `https://127.0.0.1:${port}`, name: real.hostname, cut }
}
