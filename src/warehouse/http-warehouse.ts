// Warehouses behind http and https: read from any server, written to our own `ware serve --write`.

import { quote } from '../errors.ts'
import type { HttpResponse } from '../http-exchange.ts'
import { formatWareId, type WareId } from '../ware/ware-id.ts'
import { createCredentialReader, type CredentialReader } from './credentials.ts'
import { openDownload } from './download.ts'
import { findLogin, parseNetrc } from '../netrc.ts'
import { placeOf, type Layout } from './place.ts'
import { createSpooledUpload, type Spool } from './spooled-upload.ts'
import { readReason } from './refusal-reason.ts'
import { explainAnswer, sendForWriting } from './write-request.ts'
import { unwritable } from './warehouse-problems.ts'
import type {
  OpenOutcome,
  UploadRecord,
  Warehouse,
  WarehouseContext,
} from './warehouse.ts'

export function openHttpWarehouse(
  address: { readonly url: string; readonly layout: Layout },
  context: WarehouseContext,
): Warehouse {
  const credentials = createCredentialReader(context)
  let login: Promise<string | undefined> | undefined
  const warehouse: HttpWarehouse = {
    context,
    credentials,
    isShelf: address.layout !== 'single',
    locate: (wareId) => {
      const place = placeOf(address.layout, wareId)
      return place === '' ? address.url : `${address.url}/${place}`
    },
    login: () => (login ??= readLogin(new URL(address.url).hostname, credentials)),
  }
  return {
    open: async (wareId) => {
      const url = warehouse.locate(wareId)
      const basic = await warehouse.login()
      const authorization = basic === undefined ? {} : { authorization: basic }
      const request = (headers: Readonly<Record<string, string>>) =>
        ({ method: 'GET', url, headers: { ...authorization, ...headers } }) as const
      return await openDownload({ request, explain: explainRead }, context)
    },
    // The hash names the place and is known at the end only; and what lies on disk can be sent again.
    create: () =>
      createSpooledUpload(context, (spool, record) => upload(warehouse, spool, record)),
  }
}

interface HttpWarehouse {
  readonly context: WarehouseContext
  readonly credentials: CredentialReader
  /** Whether the place says what lies there. */
  readonly isShelf: boolean
  readonly locate: (wareId: WareId | undefined) => string
  readonly login: () => Promise<string | undefined>
}

/** The `default` of a netrc is left out: who writes the address would choose where it goes. */
async function readLogin(
  host: string,
  credentials: CredentialReader,
): Promise<string | undefined> {
  const text = await credentials.readNetrc()
  const login = text === undefined ? undefined : findLogin(parseNetrc(text), host)
  if (login === undefined) return undefined
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

async function explainRead(response: HttpResponse): Promise<OpenOutcome> {
  await response.discard()
  const why = explainAnswer(response)
  const isAbsent = response.status === 404 || response.status === 410
  return { kind: isAbsent ? 'absent' : 'unavailable', why }
}

async function upload(
  warehouse: HttpWarehouse,
  spool: Spool,
  { wareId }: UploadRecord,
): Promise<void> {
  const { context } = warehouse
  const url = warehouse.locate(wareId)
  const token = await warehouse.credentials.read('R2K8S_WAREHOUSE_TOKEN', 'token')
  const authorization = token === undefined ? await warehouse.login() : `Bearer ${token}`
  const headers = authorization === undefined ? {} : { authorization }
  if (warehouse.isShelf) {
    const found = await sendForWriting(() => ({ method: 'HEAD', url, headers }), context)
    await found.discard()
    // Some servers have a page for every name: that one is not of this length.
    if (found.status === 200 && found.headers['content-length'] === String(spool.size)) {
      return
    }
  }
  const response = await sendForWriting(
    () => ({
      method: 'PUT',
      url,
      headers: {
        ...headers,
        'content-type': 'application/octet-stream',
        'r2k8s-ware': formatWareId(wareId),
      },
      body: spool.read(),
      bodyLength: spool.size,
    }),
    context,
  )
  if ([200, 201, 204].includes(response.status)) {
    await response.discard()
    return
  }
  const reason = await readReason(response, authorization)
  const answer = `${explainAnswer(response)}${reason}`
  throw explainRefusal(answer, response, { url, isShelf: warehouse.isShelf })
}

function explainRefusal(
  answer: string,
  response: HttpResponse,
  { url, isShelf }: { readonly url: string; readonly isShelf: boolean },
) {
  const { protocol, host } = new URL(url)
  switch (response.status) {
    case 401:
    case 403:
      return unwritable(answer, {
        hints: [
          'set R2K8S_WAREHOUSE_TOKEN to the token of the warehouse; in pods it is the credential "token" (of a run: --credentials)',
        ],
      })
    case 400:
      return unwritable(answer, {
        hints: isShelf
          ? []
          : [`ware serve --write wants a content-addressed one: ca+${protocol}//${host}`],
      })
    case 422:
      return unwritable(`${answer}: the bytes it got are not those of the ware`)
    default:
      return unwritable(answer, {
        hints: [
          `http warehouses are read-only unless served by ware serve --write; is ${quote(host)}?`,
        ],
      })
  }
}
