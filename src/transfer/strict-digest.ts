// Strict digests that differ: what that means, and what whoever runs this can do about it.

import { join } from 'node:path'
import { quote } from '../errors.ts'
import type { WareId } from '../ware/ware-id.ts'
import { warePath } from '../ware/ware-path.ts'
import { knownIndex } from './index-ware.ts'
import type { TransferContext } from './transfer-context.ts'

export interface StrictDigests {
  readonly found: string
  /** Remembered on this machine, or told by whoever asks for the ware. */
  readonly known: string | undefined
  /** By the warehouse. */
  readonly claimed: string | undefined
}

/** @returns undefined where they agree, or nothing is known */
export function whyOtherDigest(
  wareId: WareId,
  { found, known, claimed }: StrictDigests,
  context: TransferContext,
): { readonly why: string; readonly hints: readonly string[] } | undefined {
  const wanted = known ?? claimed
  if (wanted === undefined || wanted === found) return undefined
  const who = known === undefined ? 'the warehouse says' : 'is known'
  const why = `its symlinks, devices or fifos are not those of the ware: the strict digest is ${found}, ${wanted} ${who}`
  if (known === undefined) return { why, hints: ['write the ware there anew'] }
  const hints = ['get it from a warehouse that has it with the known digest']
  const place = placeOfRemembered(wareId, known, context)
  if (place !== undefined) {
    hints.push(
      `or, if you trust this one, delete what is remembered of the other: ${place}`,
    )
  }
  return { why, hints }
}

function placeOfRemembered(
  wareId: WareId,
  known: string,
  context: TransferContext,
): string | undefined {
  const quiet = { ...context, report: () => undefined }
  if (context.cacheBase === undefined) return undefined
  if (knownIndex(wareId, quiet)?.strictDigest !== known) return undefined
  const name = `${warePath(wareId, 'fan-out')}.json`
  return quote(join(context.cacheBase, wareId.packtype, 'index', name))
}
