// One exchange at a time per connection. A client may send requests before it has its answers; each
// of them waits here and costs nothing but its headers.

import type { Socket } from 'node:net'
import type { Exchange } from './exchange.ts'

/** Hardly anybody sends ahead at all; who sends more than this does not want the answers. */
export const mostWaiting = 8

/**
 * @param serve resolves when the exchange is over and its connection free; never rejects
 * @returns to be told of every request, in the order of their coming
 */
export function formLines(
  serve: (exchange: Exchange) => Promise<void>,
): (exchange: Exchange) => void {
  const lines = new WeakMap<Socket, Exchange[]>()

  async function serveLine(first: Exchange, socket: Socket): Promise<void> {
    const line: Exchange[] = []
    lines.set(socket, line)
    let next: Exchange | undefined = first
    while (next !== undefined && isOpen(socket)) {
      await serve(next)
      next = line.shift()
    }
    lines.delete(socket)
  }

  return (exchange) => {
    const { socket } = exchange.request
    // What was read together with the request too many still comes.
    if (socket.destroyed) return
    const line = lines.get(socket)
    if (line === undefined) void serveLine(exchange, socket)
    else if (line.length < mostWaiting) line.push(exchange)
    else socket.destroy()
  }
}

/** An answer may have been the last of its connection, which then is about to close. */
function isOpen(socket: Socket): boolean {
  return !socket.destroyed && !socket.writableEnded
}
