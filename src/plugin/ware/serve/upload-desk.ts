// PUT of a ware: who may, what may, and in what words it failed.

import { R2k8sError } from '../../../errors.ts'
import { explainSystemError, systemErrorCode } from '../../../system-error.ts'
import type { WareId } from '../../../ware/ware-id.ts'
import { checkUpload, tooLarge, type UploadId } from './check-upload.ts'
import { answer, type Answer, type Exchange } from './exchange.ts'
import { openBlob } from './stored-blob.ts'
import { storeUpload } from './store-upload.ts'
import { isAuthorized } from './upload-token.ts'

export interface UploadDesk {
  /** Answers in every case, unless the client has gone. */
  readonly receive: (exchange: Exchange, pathId: WareId) => Promise<void>
}

export interface UploadDeskOptions {
  /** The warehouse's. */
  readonly directory: string
  readonly token: string
  readonly maxBytes: number
  /** Told of what is no fault of the client's, in one line. */
  readonly complain: (why: string) => void
}

/** Each may need a decompressor with its window, and spools. */
const maxUploads = 4

export function openUploadDesk(options: UploadDeskOptions): UploadDesk {
  const { directory, maxBytes } = options
  let running = 0

  async function receive(
    exchange: Exchange,
    wareId: UploadId,
  ): Promise<Answer | undefined> {
    running++
    try {
      const outcome = await storeUpload(exchange, { directory, maxBytes, wareId })
      if (outcome === 'gone') return undefined
      if (outcome === 'too-large') return tooLarge(maxBytes).refusal
      return { status: 201, body: 'stored\n' }
    } catch (error) {
      return describeFailure(error, options)
    } finally {
      running--
    }
  }

  async function decide(exchange: Exchange, pathId: WareId): Promise<Answer | undefined> {
    const { request } = exchange
    if (!isAuthorized(request.headers.authorization, options.token)) return unauthorized
    const checked = checkUpload(request, pathId, maxBytes)
    if ('refusal' in checked) return checked.refusal
    if (await isPresent(directory, pathId)) {
      return { status: 200, body: 'the ware is there already\n' }
    }
    return running < maxUploads ? await receive(exchange, checked.wareId) : busy
  }

  return {
    receive: async (exchange, pathId) => {
      const given = await decide(exchange, pathId)
      if (given !== undefined) answer(exchange, given)
    },
  }
}

const unauthorized: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer realm="r2k8s warehouse"' },
  body: 'an upload needs the token of this warehouse\n',
}

const busy: Answer = {
  status: 503,
  headers: { 'retry-after': '5' },
  body: 'too many uploads at a time\n',
}

async function isPresent(directory: string, wareId: WareId): Promise<boolean> {
  const blob = await openBlob(directory, wareId)
  await blob?.file.close()
  return blob !== undefined
}

function describeFailure(error: unknown, { complain }: UploadDeskOptions): Answer {
  const full = causes(error).find((each) =>
    ['ENOSPC', 'EDQUOT'].includes(systemErrorCode(each) ?? ''),
  )
  if (full !== undefined || !(error instanceof R2k8sError)) {
    const message = explainSystemError(full ?? error)
    complain(`an upload failed: ${message}`)
    const body = { category: 'warehouse-unwritable', message }
    return { status: full === undefined ? 500 : 507, body }
  }
  const [{ code, why }] = error.problems
  const ofTheWare = ['ware-corrupt', 'ware-hash-mismatch', 'inoperable-path'].includes(
    code,
  )
  if (!ofTheWare) complain(`an upload failed: ${why}`)
  return { status: ofTheWare ? 422 : 500, body: { category: code, message: why } }
}

/** The error with what it came from, outermost first. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = []
  for (let at = error; at !== undefined && found.length < 10;) {
    found.push(at)
    at = at instanceof Error ? at.cause : undefined
  }
  return found
}
