// AdmissionReview v1 as the API server sends it and as it wants it back. Raw JSON on both sides.

import { isObject, member, memberString, type JsonObject } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'

export interface AdmissionRequest {
  readonly uid: string
  /** Of the request: pods of a controller arrive without their own. */
  readonly namespace: string
  readonly operation: string
  readonly subResource: string
  readonly object: JsonObject
}

export interface Verdict {
  readonly allowed: boolean
  /** Empty: no patch in the reply. */
  readonly patch: readonly PatchOperation[]
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  /** Only when refused. */
  readonly status?: {
    readonly code: number
    readonly reason: string
    readonly message: string
  }
}

const apiVersion = 'admission.k8s.io/v1'
const kind = 'AdmissionReview'

/** `why` tells a caller that sent something else; nothing of the body is repeated. */
export function readAdmissionReview(
  body: unknown,
): { readonly request: AdmissionRequest } | { readonly why: string } {
  if (!isObject(body)) return { why: 'the body is no JSON object' }
  if (body['apiVersion'] !== apiVersion || body['kind'] !== kind) {
    return { why: `the body is no ${kind} of ${apiVersion}` }
  }
  const request = member(body, 'request')
  const uid = memberString(request, 'uid')
  if (uid === undefined || uid === '') return { why: 'request.uid is missing' }
  const object = member(request, 'object')
  return {
    request: {
      uid,
      namespace: memberString(request, 'namespace') ?? '',
      operation: memberString(request, 'operation') ?? '',
      subResource: memberString(request, 'subResource') ?? '',
      object: isObject(object) ? object : {}, // null on DELETE
    },
  }
}

/** The reply's text: `patch` and `patchType` both or neither, `uid` echoed. */
export function writeAdmissionReview(uid: string, verdict: Verdict): string {
  const { allowed, patch, warnings, auditAnnotations, status } = verdict
  const response = {
    uid,
    allowed,
    ...(patch.length > 0 && {
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    }),
    ...(warnings.length > 0 && { warnings }),
    ...(Object.keys(auditAnnotations).length > 0 && { auditAnnotations }),
    ...(status !== undefined && { status }),
  }
  return JSON.stringify({ apiVersion, kind, response })
}
