// Indexes of wares that have to be read, for `template` and `push`: loaded only when there is one to read.

import { createHttpClient } from '../../http/http-client.ts'
import type { Settings } from '../../mutate/settings.ts'
import { indexWare } from '../../transfer/index-ware.ts'
import { openScratch } from '../../transfer/scratch.ts'
import type { TransferContext } from '../../transfer/transfer-context.ts'
import type { TransferEvent } from '../../ware/transfer-event.ts'
import { defaultUnpackLimits } from '../../ware/unpack-limits.ts'
import type { WareIndex } from '../../ware/ware-index.ts'
import { cacheBaseOf } from '../cache-base.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import type { UnindexedWare } from './load-indexes.ts'

export interface IndexReader {
  /** @throws R2k8sError when no address has the ware, or not as it should be */
  readonly read: (ware: UnindexedWare) => Promise<WareIndex>
  readonly close: () => Promise<void>
}

export interface IndexReaderOptions {
  readonly io: Io
  readonly terminal: Terminal
  readonly settings: Settings
}

export function openIndexReader({
  io,
  terminal,
  settings,
}: IndexReaderOptions): IndexReader {
  const { env, cwd, version } = io
  const scratch = openScratch(io.temporaryDirectory)
  const client = createHttpClient({ env, userAgent: `r2k8s/${version}` })
  const context: TransferContext = {
    send: client.send,
    env,
    cwd,
    cacheBase: cacheBaseOf(env, cwd),
    limits: { ...defaultUnpackLimits, ...settings.limits },
    scratch: scratch.path,
    mine: io.user,
    signal: io.signal,
    report: (event) => {
      tellWarning(event, terminal)
    },
  }
  return {
    read: ({ wareId, addresses, program }) =>
      indexWare(
        { wareId, addresses, ...(program !== undefined && { program }) },
        context,
      ),
    close: async () => {
      scratch.close()
      await client.close()
    },
  }
}

/** A warehouse that failed before another had the ware. */
function tellWarning(event: TransferEvent, terminal: Terminal): void {
  if (event.kind !== 'log' || event.level !== 'warn') return
  terminal.say(event.message, { text: 'warning:', color: 'yellow' })
}
