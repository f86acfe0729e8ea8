// Servers for tests of exec and attach, closed behind each test, and what a program's output is kept in.

import { Writable } from 'node:stream'
import { afterEach } from 'vitest'
import { serveAnswers, type Answer } from './api-server.ts'
import { serveExec } from './exec-server.ts'

const open: { readonly close: () => Promise<void> }[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

export async function serve(...told: Parameters<typeof serveExec>) {
  const server = await serveExec(...told)
  open.push(server)
  return server
}

export async function refuse(...answers: readonly Answer[]) {
  const server = await serveAnswers(...answers)
  open.push(server)
  return server
}

/** Keeps what is written to it. */
export function sink() {
  const parts: Uint8Array[] = []
  const stream = new Writable({
    write: (chunk: Uint8Array, _, done) => {
      parts.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(parts).toString() }
}
