// The API of the cluster in JSON: nothing of a payload is dropped or converted.

import { isObject, memberString, type JsonObject, type JsonValue } from '../json.ts'
import { explainSystemError } from '../system-error.ts'
import { readRefusal, rejected, unreachable, type Refusal } from './api-failure.ts'
import type { ApiConnection, ApiRequest, ApiResponse } from './api-connection.ts'

/** Where the objects of one kind are: `/api/v1` and `pods`, namespaced or not. */
export interface Resource {
  /** `v1` or `group/version`. */
  readonly apiVersion: string
  /** In the plural, as in paths. */
  readonly plural: string
  readonly namespaced: boolean
}

export interface ObjectRef {
  readonly resource: Resource
  readonly namespace?: string
  readonly name: string
}

export type ObjectOutcome =
  { readonly kind: 'object'; readonly object: JsonObject } | Refusal

export interface WriteOptions {
  readonly dryRun?: boolean
  /** For what sets fields. */
  readonly fieldManager?: string
  /** Takes fields of others over. */
  readonly force?: boolean
  readonly signal?: AbortSignal
}

export interface DeleteOptions {
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan'
  readonly graceSeconds?: number
  /** Only when it is still the same one. */
  readonly uid?: string
  readonly resourceVersion?: string
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

export type PatchType = 'json' | 'merge' | 'strategic'

export interface ApiClient {
  readonly connection: ApiConnection
  /** @throws R2k8sError cluster-unreachable */
  readonly ask: (
    request: ApiRequest,
  ) => Promise<{ readonly kind: 'object'; readonly object: JsonObject } | Refusal>
  readonly get: (ref: ObjectRef, signal?: AbortSignal) => Promise<ObjectOutcome>
  /** All of them, page by page. @throws R2k8sError also when it is refused */
  readonly list: (query: ListQuery) => Promise<ObjectList>
  readonly create: (
    ref: Omit<ObjectRef, 'name'>,
    object: JsonObject,
    options?: WriteOptions,
  ) => Promise<ObjectOutcome>
  readonly replace: (
    ref: ObjectRef,
    object: JsonObject,
    options?: WriteOptions,
  ) => Promise<ObjectOutcome>
  /** Server-side apply. */
  readonly apply: (
    ref: ObjectRef,
    object: JsonObject,
    options: WriteOptions & { readonly fieldManager: string },
  ) => Promise<ObjectOutcome>
  readonly patch: (
    ref: ObjectRef,
    patch: JsonValue,
    options: WriteOptions & { readonly type: PatchType; readonly subresource?: string },
  ) => Promise<ObjectOutcome>
  readonly remove: (ref: ObjectRef, options?: DeleteOptions) => Promise<ObjectOutcome>
}

export interface ListQuery {
  readonly resource: Resource
  /** All namespaces without it. */
  readonly namespace?: string
  readonly labels?: string
  readonly fields?: string
  readonly signal?: AbortSignal
}

export interface ObjectList {
  readonly items: readonly JsonObject[]
  /** To watch from. */
  readonly resourceVersion: string
}

const pageSize = '500'

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

export function createApiClient(connection: ApiConnection): ApiClient {
  async function ask(request: ApiRequest): Promise<ObjectOutcome> {
    const task = `ask the API server for ${request.path}`
    const body = await readJson(await sendOrThrow(connection, request, task), task)
    if (body.status < 300 && isObject(body.value))
      return { kind: 'object', object: body.value }
    return readRefusal(body.status, body.value)
  }

  const write = (
    method: 'POST' | 'PUT' | 'PATCH',
    path: string,
    body: { readonly type: string; readonly value: JsonValue },
    options: WriteOptions & { readonly validate?: boolean } = {},
  ) =>
    ask({
      method,
      path,
      query: {
        fieldManager: options.fieldManager,
        dryRun: options.dryRun === true ? 'All' : undefined,
        force: options.force === true ? 'true' : undefined,
        fieldValidation: 'Strict',
      },
      headers: { 'content-type': body.type },
      body: JSON.stringify(body.value),
      ...(options.signal !== undefined && { signal: options.signal }),
    })

  return {
    connection,
    ask,
    get: (ref, signal) =>
      ask({ method: 'GET', path: pathOf(ref), ...(signal !== undefined && { signal }) }),
    list: (query) => listAll(ask, query),
    create: (ref, object, options) =>
      write('POST', pathOf(ref), { type: 'application/json', value: object }, options),
    replace: (ref, object, options) =>
      write('PUT', pathOf(ref), { type: 'application/json', value: object }, options),
    apply: (ref, object, options) =>
      write(
        'PATCH',
        pathOf(ref),
        { type: 'application/apply-patch+yaml', value: object },
        options,
      ),
    patch: (ref, patch, options) => {
      const path = options.subresource === undefined ? '' : `/${options.subresource}`
      const body = { type: patchTypes[options.type], value: patch }
      return write('PATCH', `${pathOf(ref)}${path}`, body, options)
    },
    remove: (ref, options = {}) => {
      const { uid, resourceVersion, graceSeconds, propagation, dryRun, signal } = options
      const preconditions = {
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
      }
      return ask({
        method: 'DELETE',
        path: pathOf(ref),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          ...(Object.keys(preconditions).length > 0 && { preconditions }),
          ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
          ...(propagation !== undefined && { propagationPolicy: propagation }),
          ...(dryRun === true && { dryRun: ['All'] }),
        }),
        ...(signal !== undefined && { signal }),
      })
    },
  }
}

async function listAll(ask: ApiClient['ask'], query: ListQuery): Promise<ObjectList> {
  const { resource, namespace, labels, fields, signal } = query
  const items: JsonObject[] = []
  let next: string | undefined
  for (;;) {
    const path = pathOf({ resource, ...(namespace !== undefined && { namespace }) })
    const outcome = await ask({
      method: 'GET',
      path,
      query: {
        limit: pageSize,
        continue: next,
        labelSelector: labels,
        fieldSelector: fields,
      },
      ...(signal !== undefined && { signal }),
    })
    if (outcome.kind === 'refused') {
      // The rest of an old list is gone: from the start.
      if (outcome.status === 410 && next !== undefined) {
        items.length = 0
        next = undefined
        continue
      }
      throw rejected(`list ${resource.plural}`, outcome)
    }
    const { metadata, items: page } = outcome.object
    for (const item of Array.isArray(page) ? page : [])
      if (isObject(item)) items.push(item)
    const about = isObject(metadata) ? metadata : {}
    next = typeof about['continue'] === 'string' ? about['continue'] : undefined
    if (next === undefined || next === '') {
      return { items, resourceVersion: memberString(about, 'resourceVersion') ?? '' }
    }
  }
}

/** Names go into it byte for byte. */
export function pathOf(ref: {
  readonly resource: Resource
  readonly namespace?: string
  readonly name?: string
}): string {
  const { apiVersion, plural, namespaced } = ref.resource
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place =
    namespaced && ref.namespace !== undefined
      ? `/namespaces/${encodeURIComponent(ref.namespace)}`
      : ''
  const name = ref.name === undefined ? '' : `/${encodeURIComponent(ref.name)}`
  return `${root}${place}/${plural}${name}`
}

/** @throws R2k8sError cluster-unreachable */
export async function sendOrThrow(
  connection: ApiConnection,
  request: ApiRequest,
  task: string,
): Promise<ApiResponse> {
  try {
    return await connection.send(request)
  } catch (error) {
    throw unreachable(task, explainFailure(error, connection.access.server), error)
  }
}

async function readJson(response: ApiResponse, task: string) {
  let text: string
  try {
    text = await response.body.text()
  } catch (error) {
    throw unreachable(task, 'the answer broke off', error)
  }
  try {
    const value = JSON.parse(text) as JsonValue // whatever it is, it is JSON
    return { status: response.status, value }
  } catch {
    // Proxies answer in words.
    const message = text.trim().slice(0, 200)
    return { status: response.status, value: message === '' ? undefined : { message } }
  }
}

function explainFailure(error: unknown, server: string): string {
  const host = new URL(server).host
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const why = explainSystemError(cause)
  return `${host}: ${why}`
}
