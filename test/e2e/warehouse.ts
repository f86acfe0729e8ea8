// Warehouses of the tests' own on this machine, for what `ware serve` does not do.

import { createReadStream, statSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { lab } from './lab.ts'

const opened: Server[] = []
afterAll(() => {
  for (const server of opened) {
    server.closeAllConnections()
    server.close()
  }
})

/** Its address, `http://…`. Gone when the tests of the file are over. */
export function listen(handle: RequestListener): Promise<string> {
  const server = createServer(handle)
  opened.push(server)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, lab.hostAddress, () => {
      const address = server.address()
      const port = typeof address === 'object' ? address?.port : undefined
      resolve(`http://${lab.hostAddress}:${port ?? 0}`)
    })
  })
}

/** The lab's wares, for those who log in. */
export function listenPrivately(user: string, password: string): Promise<string> {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return listen((request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="wares"' }).end()
      return
    }
    const path = join(lab.wares, new URL(request.url ?? '/', 'http://x').pathname)
    try {
      const { size } = statSync(path)
      response.writeHead(200, { 'content-length': size })
      if (request.method === 'HEAD') response.end()
      else createReadStream(path).pipe(response)
    } catch {
      response.writeHead(404).end()
    }
  })
}
