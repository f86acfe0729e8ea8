// Wares that come and go beside a run: what there is to tell of them, the run tells.

import type { TransferContext } from '../../transfer/transfer-context.ts'
import type { Io } from '../io.ts'
import { withTransfer } from '../ware/with-transfer.ts'

/** What is sent, and what was taken home, lies in the scratch directory until `act` is over. */
export async function withQuietTransfer<Result>(
  io: Io,
  act: (context: TransferContext) => Promise<Result>,
): Promise<Result> {
  const silent: Io = {
    ...io,
    writeStdout: () => undefined,
    writeStderr: () => undefined,
  }
  return await withTransfer({ format: 'dumb', progress: 'none' }, silent, act)
}
