// What goes wrong with the API server, as errors with a code.

import { R2k8sError } from '../errors.ts'
import { memberString, type JsonValue } from '../json.ts'

/** There is no answer. */
export function unreachable(task: string, why: string, cause?: unknown): R2k8sError {
  const hints = ['check the server with "kubectl cluster-info"']
  return new R2k8sError([{ code: 'cluster-unreachable', task, why, hints }], { cause })
}

/** It is not said where there is one, or not in full. */
export function noCluster(why: string, cause?: unknown): R2k8sError {
  const hints = ['name one with --kubeconfig, or set KUBECONFIG']
  return new R2k8sError(
    [{ code: 'cluster-unreachable', task: 'find the cluster', why, hints }],
    { cause },
  )
}

/** The answer is no. */
export interface Refusal {
  readonly kind: 'refused'
  readonly status: number
  /** The API's word for it, as `NotFound` or `Conflict`. */
  readonly reason: string
  readonly message: string
}

export function readRefusal(status: number, body: JsonValue | undefined): Refusal {
  const reason = memberString(body, 'reason') ?? ''
  const message = memberString(body, 'message') ?? `the API server answered ${status}`
  return { kind: 'refused', status, reason, message }
}

export function rejected(task: string, refusal: Refusal): R2k8sError {
  const { status, message } = refusal
  const hints =
    status === 401
      ? ['log in to the cluster again']
      : status === 403
        ? ['ask who runs the cluster for this permission, or use --as']
        : []
  return new R2k8sError([{ code: 'rejected-by-cluster', task, why: message, hints }])
}
