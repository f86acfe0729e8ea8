// The body of an upload → a blob in its place: verified while it is written, and seen by nobody before
// its hash is known to be the one it goes by.

import { randomUUID } from 'node:crypto'
import { constants, mkdirSync } from 'node:fs'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { readArchive } from '../../../archive/read-archive.ts'
import { R2k8sError } from '../../../errors.ts'
import { systemErrorCode } from '../../../system-error.ts'
import { createIdentifier } from '../../../ware/identify.ts'
import { defaultUnpackLimits } from '../../../ware/unpack-limits.ts'
import { formatWareId } from '../../../ware/ware-id.ts'
import { warePath } from '../../../ware/ware-path.ts'
import type { UploadId } from './check-upload.ts'
import type { Exchange } from './exchange.ts'
import { openUploadBody, type UploadBody } from './upload-body.ts'

export interface UploadOrder {
  readonly directory: string
  readonly wareId: UploadId
  readonly maxBytes: number
}

/**
 * `gone`: the client broke off, or fell silent. Nothing is left behind unless it is stored.
 * @throws R2k8sError ware-corrupt, inoperable-path or ware-hash-mismatch; and errors of the disk
 */
export async function storeUpload(
  exchange: Exchange,
  order: UploadOrder,
): Promise<'stored' | 'gone' | 'too-large'> {
  const path = join(order.directory, `.tmp.upload.${randomUUID()}`)
  const scratch = `${path}.spool`
  const file = await open(path, newFile, 0o644)
  const body = openUploadBody(exchange, file, order.maxBytes)
  try {
    await verify(body, order.wareId, () => {
      mkdirSync(scratch, 0o700)
      return scratch
    })
    // Whatever the umask: another user may be the one that serves it next.
    await file.chmod(0o644)
    await file.sync()
    await placeBlob(path, order)
    return 'stored'
  } catch (error) {
    // A reader sees a broken body as a broken archive: why it broke is what counts.
    const ended = body.ended()
    if (ended === undefined) throw error
    if ('outcome' in ended) return ended.outcome
    throw ended.error
  } finally {
    await body.release()
    await file.close()
    await rm(path, { force: true })
    await rm(scratch, { recursive: true, force: true })
  }
}

const newFile =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

async function verify(
  body: UploadBody,
  wareId: UploadId,
  scratch: () => string,
): Promise<void> {
  const { packtype, space } = wareId
  const identifier = createIdentifier({
    space: space === 'legacy' ? 'legacy' : 'timeless',
  })
  await readArchive({
    packtype,
    bytes: body.bytes,
    sink: identifier,
    limits: defaultUnpackLimits,
    scratch,
  })
  await body.readRest()
  const { hash } = identifier.finish()
  if (hash === wareId.hash) return
  const why = `it is ${formatWareId({ packtype, hash })}, not ${formatWareId(wareId)}`
  throw new R2k8sError([{ code: 'ware-hash-mismatch', task: 'store the ware', why }])
}

/** Of two uploads of one ware the later stands: both are what the name says. */
async function placeBlob(
  path: string,
  { directory, wareId }: UploadOrder,
): Promise<void> {
  const target = join(directory, warePath(wareId, 'fan-out'))
  for (const shelf of [dirname(dirname(target)), dirname(target)]) {
    await makeShelf(shelf)
  }
  await rename(path, target)
}

async function makeShelf(path: string): Promise<void> {
  try {
    await mkdir(path, 0o755)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
    if ((await lstat(path)).isDirectory()) return
    const why = 'something else stands where a directory of the warehouse should be'
    throw new R2k8sError([{ code: 'warehouse-unwritable', task: 'store the ware', why }])
  }
}
