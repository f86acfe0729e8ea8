// Writes into every Formula what the webhook makes of it, so that `kubectl get formulas` tells. All
// replicas do it: they come to the same words, and writing them again changes nothing.

import type { ApiClient } from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { formulas } from '../cluster/resources.ts'
import { describeProblem } from '../errors.ts'
import type { ReadFormulaObject } from '../formula/formula-object.ts'
import { member, memberString, sameJson, type JsonObject } from '../json.ts'
import { formatWareId } from '../ware/ware-id.ts'

export interface StatusWriter {
  /** Writes it in its turn, where it differs. */
  readonly note: (object: JsonObject, read: ReadFormulaObject) => void
}

export interface StatusWriterOptions {
  readonly client: ApiClient
  readonly onTrouble: (error: unknown) => void
  readonly signal: AbortSignal
}

/** Status is for people: what is longer is cut. */
const longestMessage = 1024

export function createStatusWriter({
  client,
  onTrouble,
  signal,
}: StatusWriterOptions): StatusWriter {
  let last = Promise.resolve()

  async function write(object: JsonObject, status: JsonObject): Promise<void> {
    const metadata = member(object, 'metadata')
    const namespace = memberString(metadata, 'namespace') ?? ''
    const name = memberString(metadata, 'name') ?? ''
    const uid = memberString(metadata, 'uid') ?? ''
    try {
      // With the uid: another object may have taken the name.
      const outcome = await client.patch(
        { resource: formulas, namespace, name },
        { metadata: { uid }, status },
        { type: 'merge', subresource: 'status', fieldManager: 'r2k8s-webhook', signal },
      )
      const isGone =
        outcome.kind === 'refused' && (outcome.status === 404 || outcome.status === 409)
      if (outcome.kind === 'refused' && !isGone) {
        throw rejected('write the status of a Formula', outcome)
      }
    } catch (error) {
      if (!signal.aborted) onTrouble(error)
    }
  }

  return {
    note: (object, read) => {
      const status = statusOf(object, read)
      if (isWritten(object, status)) return
      // One after the other: the API server has more important things to do.
      last = last.then(() => (signal.aborted ? undefined : write(object, status)))
    },
  }
}

function statusOf(object: JsonObject, read: ReadFormulaObject): JsonObject {
  const generation = member(member(object, 'metadata'), 'generation') ?? null
  const seen = { observedGeneration: generation }
  if ('problems' in read) {
    const message = read.problems.map(describeProblem).join('; ')
    return invalid(message, seen)
  }
  const root = read.object.formula.inputs.find(({ path }) => path === '/')?.source
  if (root?.kind !== 'ware') return invalid('it has no ware at "/"', seen)
  return {
    ...seen,
    valid: 'True',
    message: null,
    rootWare: formatWareId(root.wareId),
  }
}

function invalid(message: string, seen: JsonObject): JsonObject {
  const cut =
    message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message
  return { ...seen, valid: 'False', message: cut, rootWare: null }
}

/** Null stands for a member that is not there. */
function isWritten(object: JsonObject, status: JsonObject): boolean {
  const found = member(object, 'status')
  return Object.entries(status).every(([name, value]) =>
    sameJson(member(found, name) ?? null, value ?? null),
  )
}
