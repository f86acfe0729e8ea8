// An object in parts, so that one of any size needs little memory; a small one with a single PUT.

import { HttpFailure, type HttpResponse } from '../http-exchange.ts'
import type { ObjectRequest, ObjectStore } from './object-store.ts'
import { explainStoreError, readStart, readTag } from './object-store-error.ts'
import { sendForWriting } from './write-request.ts'
import { throwIfCancelled, unreachable, unwritable } from './warehouse-problems.ts'
import type { WarehouseContext } from './warehouse.ts'

export interface PartUpload {
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Makes the object appear. */
  readonly finish: () => Promise<void>
  /** Leaves no parts behind. Never throws; nothing after `finish`. */
  readonly abort: () => Promise<void>
}

const smallestPart = 8 * 1024 * 1024
/** An object has 10,000 parts at most; so growing, they hold 200 GB. */
const partsPerSize = 2500
const mostUnderWay = 2

export function beginParts(
  store: ObjectStore,
  key: string,
  context: WarehouseContext,
): PartUpload {
  const target: Target = { store, key, context }
  const sender = createPartSender(target)
  let part = Buffer.allocUnsafeSlow(smallestPart)
  let filled = 0
  let isOver = false
  const write = async (chunk: Uint8Array) => {
    throwIfCancelled(context.signal)
    for (let taken = 0; taken < chunk.length;) {
      if (filled === part.length) {
        await sender.send(part)
        part = Buffer.allocUnsafeSlow(sender.nextSize())
        filled = 0
      }
      const piece = chunk.subarray(taken, taken + part.length - filled)
      part.set(piece, filled)
      filled += piece.length
      taken += piece.length
    }
  }
  return {
    write,
    finish: async () => {
      throwIfCancelled(context.signal)
      const rest = part.subarray(0, filled)
      if (!sender.hasBegun()) await putWhole(target, rest)
      else {
        await sender.send(rest)
        await sender.complete()
      }
      isOver = true
    },
    abort: async () => {
      if (isOver) return
      isOver = true
      await sender.abort()
    },
  }
}

interface Target {
  readonly store: ObjectStore
  readonly key: string
  readonly context: WarehouseContext
}

async function putWhole(target: Target, body: Uint8Array): Promise<void> {
  const response = await ask(target, { method: 'PUT', body })
  await response.discard()
}

function createPartSender(target: Target) {
  const underWay = new Set<Promise<void>>()
  const tags: string[] = []
  let uploadId: string | undefined
  let count = 0
  let failure: { readonly error: unknown } | undefined
  const throwIfFailed = () => {
    if (failure !== undefined) throw failure.error
  }
  return {
    hasBegun: () => uploadId !== undefined,
    nextSize: () => smallestPart * (1 + Math.floor(count / partsPerSize)),
    /** Returns as soon as another part may be filled. The bytes must stay as they are. */
    send: async (body: Uint8Array) => {
      throwIfFailed()
      uploadId ??= await beginUpload(target)
      const number = ++count
      const sending = sendPart(target, { uploadId, number, body })
        .then((tag) => void (tags[number - 1] = tag))
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => underWay.delete(sending))
      underWay.add(sending)
      if (underWay.size >= mostUnderWay) await Promise.race(underWay)
      throwIfFailed()
    },
    complete: async () => {
      await Promise.all(underWay)
      throwIfFailed()
      if (uploadId !== undefined) await completeUpload(target, uploadId, tags)
    },
    /** A part that arrives after the end would stay, so those under way are waited for. */
    abort: async () => {
      await Promise.all(underWay)
      if (uploadId !== undefined) await abortUpload(target, uploadId)
    },
  }
}

async function beginUpload(target: Target): Promise<string> {
  const response = await ask(target, { method: 'POST', query: { uploads: '' } })
  const uploadId = readTag(await readStart(response), 'UploadId')
  if (uploadId === undefined) throw unwritable('the store gives no ID for an upload')
  return unescapeXml(uploadId)
}

async function sendPart(
  target: Target,
  part: {
    readonly uploadId: string
    readonly number: number
    readonly body: Uint8Array
  },
): Promise<string> {
  const query = { partNumber: String(part.number), uploadId: part.uploadId }
  const response = await ask(target, { method: 'PUT', query, body: part.body })
  await response.discard()
  const tag = response.headers['etag']
  if (tag === undefined) throw unwritable('the store acknowledges a part without an ETag')
  return tag
}

async function completeUpload(
  target: Target,
  uploadId: string,
  tags: readonly string[],
): Promise<void> {
  const parts = tags.map(
    (tag, i) =>
      `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
  )
  const text = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  const body = Buffer.from(text)
  const response = await ask(target, { method: 'POST', query: { uploadId }, body })
  // It answers 200 before it knows, and tells of a failure in the body.
  const answer = await readStart(response)
  if (answer.includes('<CompleteMultipartUploadResult')) return
  const code = readTag(answer, 'Code') ?? 'no reason given'
  throw unreachable(`the store did not put the parts together: ${code}`)
}

const longestAbort = 10_000
const mostAborts = 3

/**
 * Also after the caller has given up, whose signal must not stop this. Then the store may still be
 * at work on parts whose connections were cut, so it is asked whether the upload is gone for good.
 */
async function abortUpload(
  { store, key, context }: Target,
  uploadId: string,
): Promise<void> {
  const ask = async (method: 'DELETE' | 'GET') => {
    const request = await store.sign({ method, key, query: { uploadId } })
    const signal = AbortSignal.timeout(longestAbort)
    const response = await context.send({ ...request, signal })
    await response.discard()
    return response.status
  }
  try {
    for (let tries = 0; tries < mostAborts; tries++) {
      const status = await ask('DELETE')
      if (status >= 300 && status !== 404) break
      // Where listing is not allowed the first answer has to do.
      if ((await ask('GET')) !== 200) return
    }
  } catch (error) {
    // The write has failed before, and that is what the caller hears of.
    if (!(error instanceof HttpFailure)) throw error
  }
  const message = 'parts of an upload that was broken off may remain in the bucket'
  context.report({ kind: 'log', level: 'warn', message })
}

/** An answer that is a success. */
async function ask(
  { store, key, context }: Target,
  request: Omit<ObjectRequest, 'key'>,
): Promise<HttpResponse> {
  const response = await sendForWriting(() => store.sign({ ...request, key }), context)
  if (response.status >= 200 && response.status < 300) return response
  const { text } = await explainStoreError(response, store.isAnonymous)
  throw unwritable(text)
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
