// What goes to stderr while a run is followed, in its order. Nothing waits for it but who brings more: a
// reader that pauses must not keep the client from telling the cluster that it is there.

import type { Io } from '../io.ts'

export interface Queue {
  readonly write: (text: string | Uint8Array) => void
  /** Resolves when there is room for more. */
  readonly hasRoom: () => Promise<void>
  /** Resolves when all is written. */
  readonly flushed: () => Promise<void>
}

const room = 4 * 1024 * 1024

export function openQueue(io: Io): Queue {
  let waiting: Uint8Array[] = []
  let bytes = 0
  let working: Promise<void> | undefined
  let failure: unknown
  const waitingForRoom: (() => void)[] = []

  function wake(): void {
    for (const tell of waitingForRoom.splice(0)) tell()
  }

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const all = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting)
      waiting = []
      bytes = 0
      wake()
      if (all !== undefined) await io.writeStderrBytes(all)
    }
  }

  function start(): void {
    working ??= work()
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        working = undefined
        if (waiting.length > 0 && failure === undefined) start()
        wake()
      })
  }

  async function settle(least: number): Promise<void> {
    while (working !== undefined && bytes >= least) {
      await new Promise<void>((resolve) => waitingForRoom.push(resolve))
    }
    if (failure !== undefined) throw failure as Error // of the disk or the pipe
  }

  return {
    write: (text) => {
      if (failure !== undefined) return
      const chunk = typeof text === 'string' ? Buffer.from(text) : text
      waiting.push(chunk)
      bytes += chunk.length
      start()
    },
    hasRoom: () => settle(room),
    flushed: () => settle(0),
  }
}
