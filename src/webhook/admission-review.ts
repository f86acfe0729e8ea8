// AdmissionReview v1 as the API server sends it and as it wants it back. Raw JSON on both sides.

import { isObject, member, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { PatchOperation } from '../patch/operation.ts'
import { createPatchPrinter, type PatchPrinter } from '../patch/print-patch.ts'
import { ownBytes } from './own-bytes.ts'

export interface AdmissionRequest {
  readonly uid: string
  /** Of the request: pods of a controller arrive without their own. */
  readonly namespace: string
  readonly operation: string
  readonly subResource: string
  /** Nothing may have an effect beyond the answer. */
  readonly dryRun: boolean
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
export type ParsedReview =
  { readonly request: AdmissionRequest } | { readonly why: string }

export function readAdmissionReview(body: JsonValue | undefined): ParsedReview {
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
      dryRun: member(request, 'dryRun') === true,
      object: isObject(object) ? object : {}, // null on DELETE
    },
  }
}

/** The reply's bytes, with the uid of the request echoed. */
export type ReviewWriter = (uid: string, verdict: Verdict) => Uint8Array

/** Keeps the bytes of frozen verdicts: those that are given again and again. */
export function createReviewWriter(): ReviewWriter {
  const printPatch = createPatchPrinter()
  const kept = new WeakMap<Verdict, Uint8Array>()

  function verdictBytes(verdict: Verdict): Uint8Array {
    const known = kept.get(verdict)
    if (known !== undefined) return known
    const bytes = Buffer.from(`,${printVerdict(verdict, printPatch)}}}`)
    if (Object.isFrozen(verdict)) kept.set(verdict, ownBytes(bytes))
    return bytes
  }

  const head = `{"apiVersion":"${apiVersion}","kind":"${kind}","response":{"uid":`
  return (uid, verdict) =>
    Buffer.concat([Buffer.from(head + JSON.stringify(uid)), verdictBytes(verdict)])
}

/**
 * Members of a response: `patch` and `patchType` both or neither. Put together by hand: base64
 * needs no escapes, and the patch is nearly all of it.
 */
function printVerdict(verdict: Verdict, printPatch: PatchPrinter): string {
  const { allowed, patch, warnings, auditAnnotations, status } = verdict
  let text = `"allowed":${String(allowed)}`
  if (patch.length > 0) {
    const base64 = Buffer.from(printPatch(patch)).toString('base64')
    text += `,"patchType":"JSONPatch","patch":"${base64}"`
  }
  if (warnings.length > 0) text += `,"warnings":${JSON.stringify(warnings)}`
  if (Object.keys(auditAnnotations).length > 0) {
    text += `,"auditAnnotations":${JSON.stringify(auditAnnotations)}`
  }
  return status === undefined ? text : `${text},"status":${JSON.stringify(status)}`
}
