// GET and HEAD of a ware: how many at a time, and what is said of a ware that is not here.

import type { WareId } from '../../../ware/ware-id.ts'
import { answer, type Answer, type Exchange } from './exchange.ts'
import { sendBlob } from './send-blob.ts'
import { openBlob } from './stored-blob.ts'

export interface DownloadDesk {
  /** Answers in every case, unless the client has gone. */
  readonly hand: (exchange: Exchange, wareId: WareId) => Promise<void>
}

export interface DownloadDeskOptions {
  /** The warehouse's. */
  readonly directory: string
  /** How many may run at a time, each with a file and a buffer. */
  readonly maxDownloads: number
  /** Of a reader, before its connection is closed. */
  readonly silenceMilliseconds: number
}

export function openDownloadDesk(options: DownloadDeskOptions): DownloadDesk {
  const { directory, maxDownloads, silenceMilliseconds } = options
  let running = 0
  return {
    hand: async (exchange, wareId) => {
      if (running >= maxDownloads) {
        answer(exchange, busy)
        return
      }
      running++
      try {
        const blob = await openBlob(directory, wareId)
        if (blob === undefined) answer(exchange, absent)
        else await sendBlob(exchange, blob, silenceMilliseconds)
      } finally {
        running--
      }
    },
  }
}

const busy: Answer = {
  status: 503,
  headers: { 'retry-after': '5' },
  body: 'too many downloads at a time\n',
}

const absent: Answer = { status: 404, body: 'no such ware here\n' }
