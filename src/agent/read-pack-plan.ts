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
  readTrue,
  readWord,
  type Place,
} from './shape.ts'

/** A week: nobody waits longer, and timers end at 24 days. */
const longestTimeout = 7 * 24 * 3600

/** @throws R2k8sError with every problem of the plan */
export function readPackPlan(text: string | undefined): PackPlan {
  return readPlanText(text, packPlanVariable, (place) => {
    readObject(place, [
      'version',
      'outputs',
      'ready',
      'timeoutSeconds',
      'begin',
      'holdSeconds',
    ])
    const at = memberAt(place, 'outputs')
    const outputs = readList(at, readOutput)
    refuseRepeated(
      at,
      outputs.map((output) => output.name),
    )
    const timeoutSeconds = optionally(memberAt(place, 'timeoutSeconds'), (timeout) =>
      readNumber(timeout, 1, longestTimeout),
    )
    const begin = optionally(memberAt(place, 'begin'), (at) => readWord(at, ['told']))
    const holdSeconds = optionally(memberAt(place, 'holdSeconds'), (hold) =>
      readNumber(hold, 1, longestTimeout),
    )
    const ready = optionally(memberAt(place, 'ready'), readPath)
    return {
      version: 1,
      outputs,
      ...(ready !== undefined && { ready }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(begin !== undefined && { begin }),
      ...(holdSeconds !== undefined && { holdSeconds }),
    }
  })
}

const members = [
  ...[
    'name',
    'root',
    'path',
    'packtype',
    'filters',
    'addresses',
    'compression',
    'held',
    'space',
  ],
]

function readOutput(place: Place): OutputOrder {
  readObject(place, members)
  const packtype = readWord(memberAt(place, 'packtype'), ['tar', 'zip'])
  const compression = optionally(memberAt(place, 'compression'), (at) =>
    readWord(at, ['gzip', 'zstd', 'none']),
  )
  const held = optionally(memberAt(place, 'held'), readTrue)
  const space = optionally(memberAt(place, 'space'), (at) => readWord(at, ['legacy']))
  return {
    name: readText(memberAt(place, 'name')),
    root: readPath(memberAt(place, 'root')),
    path: readPath(memberAt(place, 'path')),
    packtype,
    filters: readFilters(memberAt(place, 'filters'), 'pack'),
    addresses: readAddresses(memberAt(place, 'addresses'), packtype),
    ...(compression !== undefined && { compression }),
    ...(space !== undefined && { space }),
    ...(held !== undefined && { held }),
  }
}
