// One line on stderr per request, once it is over.

import type { Terminal } from '../../terminal.ts'
import type { Exchange } from './exchange.ts'

export function logAccess(exchange: Exchange, terminal: Terminal): void {
  const started = performance.now()
  const { request, response } = exchange
  response.once('close', () => {
    const seconds = ((performance.now() - started) / 1000).toFixed(2)
    const words = [
      request.method ?? '-',
      shortPath(request.url ?? ''),
      response.statusCode,
      exchange.bodyBytes(),
      `${seconds}s`,
      ...(response.writableFinished || exchange.isAnswered ? [] : ['(broken off)']),
    ]
    terminal.say(words.join(' '))
  })
}

const shownChars = 12

/** Without a query, which may hold what is nobody's business; a hash by its beginning. */
function shortPath(target: string): string {
  const [path = ''] = target.split('?', 1)
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/^[A-Za-z0-9_-]{40,}$/.test(name)) return `/${name.slice(0, shownChars)}…`
  return path.length > 60 ? `${path.slice(0, 60)}…` : path
}
