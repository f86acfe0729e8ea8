// A registry whose short answers never come to an end, though it is never silent.

import { createServer, type ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createHttpClient } from '../../../src/http/http-client.ts'
import { openOciWarehouse } from '../../../src/warehouse/oci/open-oci-warehouse.ts'
import { listen } from './listen.ts'
import { someWare, testContext } from './registry.ts'

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 2)
  response.once('close', () => {
    clearInterval(timer)
  })
}

test.each(['manifest', 'token'])('that drips its %s is unavailable', async (dripping) => {
  const server = createServer(({ url = '', headers }, response) => {
    const wantsToken = dripping === 'token' && headers.authorization === undefined
    if (url.startsWith('/v2/') && wantsToken) {
      const realm = `http://${headers.host ?? ''}/token`
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()
    } else {
      drip(response)
    }
  })
  const registry = (await listen(server)).replace('http://', '')
  const leastPace = { bytes: 4096, seconds: 0.05 }
  const client = createHttpClient({ env: {}, userAgent: 'test', leastPace })
  onTestFinished(async () => {
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  const place = { scheme: 'oci', layout: 'artifact', contentAddressed: true } as const
  const text = `oci://${registry}/wares`
  const warehouse = openOciWarehouse(
    { ...place, text, registry, repository: 'wares' },
    { ...testContext(), send: client.send },
  )
  expect(await warehouse.open(someWare)).toEqual({
    kind: 'unavailable',
    why: `${registry} sends less than 4096 bytes in 0.05 seconds`,
  })
})
