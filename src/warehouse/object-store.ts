// Requests to a bucket: where it is, and signatures (version 4).

import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { quote, R2k8sError } from '../errors.ts'
import type { CredentialFile } from '../host/credential-files.ts'
import type { HttpRequest } from '../http-exchange.ts'
import { quoteAddress } from '../ware/address-text.ts'
import type { CredentialReader, ObjectKeys } from './credentials.ts'
import type { ObjectAddress } from './s3-warehouse.ts'

export interface ObjectStore {
  /** Made anew for every try, since a signature is valid for some minutes only. */
  readonly sign: (request: ObjectRequest) => Promise<HttpRequest>
  /** Whether there were no credentials to sign with. */
  readonly isAnonymous: boolean
}

export interface ObjectRequest {
  readonly method: HttpRequest['method']
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export async function openObjectStore(
  address: ObjectAddress,
  credentials: CredentialReader,
): Promise<ObjectStore | { readonly why: string }> {
  const bucket = await locateBucket(address, credentials)
  if ('why' in bucket) return bucket
  const { base, region, keys } = bucket
  const cache = new Map<string, ArrayBuffer>()
  return {
    isAnonymous: keys === undefined,
    sign: async ({ method, key, query = {}, headers = {}, body }) => {
      const url = new URL(`${base}/${encodeKey(key)}`)
      for (const [name, value] of Object.entries(query)) {
        url.searchParams.set(name, value)
      }
      const signed =
        keys === undefined
          ? headers
          : await signHeaders({
              ...{ ...keys, service: 's3', region, cache },
              ...{ method, url: url.href },
              headers: { ...headers, 'x-amz-content-sha256': sha256(body) },
            })
      return {
        ...{ method, url: url.href, headers: signed },
        // A signature holds for one host only.
        redirects: 'none',
        ...(body !== undefined && { body }),
      }
    },
  }
}

interface Bucket {
  /** Without a slash at its end. */
  readonly base: string
  readonly region: string
  readonly keys: ObjectKeys | undefined
}

async function locateBucket(
  { scheme, bucket }: ObjectAddress,
  credentials: CredentialReader,
): Promise<Bucket | { readonly why: string }> {
  const { read } = credentials
  if (scheme === 'gs') {
    const endpoint = (await readEndpoint(['R2K8S_GS_ENDPOINT'], read)) ?? googleEndpoint
    const keys = await credentials.readGoogleKeys()
    return { base: `${endpoint}/${bucket}`, region: 'auto', keys }
  }
  const region =
    (await read('AWS_REGION')) ?? (await read('AWS_DEFAULT_REGION')) ?? 'us-east-1'
  const endpoint = await readEndpoint(endpointVariables, read)
  const keys = await credentials.readAwsKeys()
  // The bucket in the path: other stores rarely have a name in DNS for each.
  if (endpoint !== undefined) return { base: `${endpoint}/${bucket}`, region, keys }
  if (!/^[a-z0-9-]+$/.test(region)) {
    return { why: `AWS_REGION is set to ${quote(region)}, which is no region` }
  }
  const host = `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
  // The certificate of the service covers one label more, so no bucket with a dot in its name.
  const isLabel = /^[a-z0-9-]+$/.test(bucket)
  const base = isLabel ? `https://${bucket}.${host}` : `https://${host}/${bucket}`
  return { base, region, keys }
}

const googleEndpoint = 'https://storage.googleapis.com'

/** The first that is set counts. */
const endpointVariables = [
  'R2K8S_S3_ENDPOINT',
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL',
] as const

/**
 * Without a slash at its end.
 * @throws R2k8sError usage: another warehouse would only hide what is wrong
 */
async function readEndpoint(
  variables: readonly CredentialFile[],
  read: CredentialReader['read'],
): Promise<string | undefined> {
  for (const variable of variables) {
    const text = await read(variable)
    if (text === undefined) continue
    const url = URL.canParse(text) ? new URL(text) : undefined
    const isPlain = url?.username === '' && url.search === '' && url.hash === ''
    if (isPlain && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '')
    throw noEndpoint(variable, text)
  }
  return undefined
}

function noEndpoint(variable: string, text: string): R2k8sError {
  const isHost = /^[A-Za-z0-9.-]+(?::\d+)?\/?$/.test(text)
  const example = isHost ? text : 'HOST:PORT'
  const why = `${variable} is set to ${quoteAddress(text)}, which is no URL of an endpoint`
  const hints = [`write http://${example} or https://${example}`]
  return new R2k8sError([{ code: 'usage', task: 'find the object store', why, hints }])
}

type SignerOptions = ConstructorParameters<typeof AwsV4Signer>[0]

async function signHeaders(options: SignerOptions): Promise<Record<string, string>> {
  const { headers } = await new AwsV4Signer(options).sign()
  return Object.fromEntries(headers)
}

function sha256(body: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('hex')
}

/** Strictly (RFC 3986): the signature covers the text of the path. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
