// Which machines a pod can run on, and why only those.

import { member, memberString, type JsonObject } from '../../json.ts'
import type { Rewrite } from './model.ts'

export const architecture = 'kubernetes.io/arch'

export function explainMachine(
  pod: JsonObject,
  /** For which the formulas of its containers are built, as far as known. */
  built: readonly string[],
): Pick<Rewrite, 'machine'> {
  const type = memberString(member(pod['spec'], 'nodeSelector'), architecture)
  if (type === undefined) return {}
  const why = built.includes(type)
    ? "the formula's program is built for it"
    : "the pod's nodeSelector asks for it"
  return { machine: { type, why } }
}
