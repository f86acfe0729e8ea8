// A body of many small chunks → few large ones. A log that is followed comes line by line, each in a chunk of
// its own, and a promise for each of them took longer than all other work on the line.

import { finished, type Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'

const blockSize = 64 * 1024

/**
 * What the network brings in one turn of the event loop comes together. It is the reader's until he asks
 * for more; then its memory is used again. As long as he does not, the body is left to the network.
 * Leaving the loop destroys the body. @throws Error of the body as it is, behind all that has come
 */
export async function* gatherChunks(body: Readable): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafeSlow(blockSize)
  let other = Buffer.allocUnsafeSlow(blockSize)
  let length = 0
  let large: Uint8Array | undefined // for which there was no room
  let end: { readonly error: Error | undefined } | undefined
  let wake = (): void => undefined

  const add = (chunk: Uint8Array): void => {
    if (length + chunk.length <= blockSize) {
      block.set(chunk, length)
      length += chunk.length
    } else {
      large = chunk
      body.pause()
    }
    wake()
  }
  const forget = finished(body, { writable: false }, (error) => {
    end = { error: error ?? undefined }
    wake()
  })
  body.on('data', add)
  try {
    for (;;) {
      if (length === 0 && large === undefined) {
        if (end?.error !== undefined) throw end.error
        if (end !== undefined) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
      await setImmediate()
      const gathered = block.subarray(0, length)
      const last = large
      ;[block, other, length, large] = [other, block, 0, undefined]
      if (last !== undefined) body.resume()
      if (gathered.length > 0) yield gathered
      if (last !== undefined) yield last
    }
  } finally {
    forget()
    body.off('data', add)
    body.destroy()
  }
}
