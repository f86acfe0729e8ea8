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

const room = 256 * 1024

export function openQueue(io: Io): Queue {
  let waiting = Buffer.allocUnsafeSlow(room)
  let length = 0
  let spare = Buffer.allocUnsafeSlow(room)
  let working: Promise<void> | undefined
  let failure: unknown
  const waitingForRoom: (() => void)[] = []

  function wake(): void {
    for (const tell of waitingForRoom.splice(0)) tell()
  }

  async function work(): Promise<void> {
    while (length > 0) {
      const all = waiting.subarray(0, length)
      ;[waiting, spare] = [spare, waiting]
      length = 0
      wake()
      await io.writeStderrBytes(all)
    }
  }

  function start(): void {
    working ??= work()
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => {
        working = undefined
        if (length > 0 && failure === undefined) start()
        wake()
      })
  }

  async function settle(least: number): Promise<void> {
    while (working !== undefined && length >= least) {
      await new Promise<void>((resolve) => waitingForRoom.push(resolve))
    }
    if (failure !== undefined) throw failure as Error // of the disk or the pipe
  }

  return {
    write: (text) => {
      if (failure !== undefined) return
      const bytes = typeof text === 'string' ? Buffer.from(text) : text
      if (length + bytes.length > waiting.length)
        waiting = Buffer.concat([waiting], 2 * (length + bytes.length))
      waiting.set(bytes, length)
      length += bytes.length
      start()
    },
    hasRoom: () => settle(room),
    flushed: () => settle(0),
  }
}
