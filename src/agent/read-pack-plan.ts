// The text of R2K8S_PACK_PLAN → the plan, every member checked.

import { packPlanVariable, type OutputOrder, type PackPlan } from '../mutate/pack-plan.ts'
import { readAddresses, readFilters, refuseRepeated } from './plan-members.ts'
import { readPlanText } from './plan-text.ts'
import {
  memberAt,
  optionally,
  readList,
  readNumber,
  readObject,
  readPath,
  readText,
  readWord,
  type Place,
} from './shape.ts'

/** A week: nobody waits longer, and timers end at 24 days. */
const longestTimeout = 7 * 24 * 3600

/** @throws R2k8sError with every problem of the plan */
export function readPackPlan(text: string | undefined): PackPlan {
  return readPlanText(text, packPlanVariable, (place) => {
    readObject(place, ['version', 'outputs', 'timeoutSeconds'])
    const at = memberAt(place, 'outputs')
    const outputs = readList(at, readOutput)
    refuseRepeated(
      at,
      outputs.map((output) => output.name),
    )
    const timeoutSeconds = optionally(memberAt(place, 'timeoutSeconds'), (timeout) =>
      readNumber(timeout, 1, longestTimeout),
    )
    return {
      version: 1,
      outputs,
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    }
  })
}

const members = [
  ...['name', 'root', 'path', 'packtype', 'filters', 'addresses', 'compression'],
]

function readOutput(place: Place): OutputOrder {
  readObject(place, members)
  const packtype = readWord(memberAt(place, 'packtype'), ['tar', 'zip'])
  const compression = optionally(memberAt(place, 'compression'), (at) =>
    readWord(at, ['gzip', 'zstd', 'none']),
  )
  return {
    name: readText(memberAt(place, 'name')),
    root: readPath(memberAt(place, 'root')),
    path: readPath(memberAt(place, 'path')),
    packtype,
    filters: readFilters(memberAt(place, 'filters'), 'pack'),
    addresses: readAddresses(memberAt(place, 'addresses'), packtype),
    ...(compression !== undefined && { compression }),
  }
}
