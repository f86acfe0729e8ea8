// From a legacy document to a formula that can run: judged, with the defaults of Repeatr v0.15.

import { quote } from '../errors.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import { isPacktype, makeWareId, type Packtype } from '../ware/ware-id.ts'
import { sortedByKey } from './byte-order.ts'
import {
  arrangeInputs,
  assumeWare,
  checkAddresses,
  checkCommand,
  checkEnv,
  checkHostname,
  checkHostPath,
  checkPath,
  checkWare,
  type PlacedInput,
} from './checks.ts'
import type {
  Action,
  Formula,
  FormulaInput,
  FormulaOutput,
  Policy,
  User,
} from './formula.ts'
import type { LegacyAction, LegacyDocument, LegacyInput, LegacyOutput } from './legacy.ts'
import type { ProblemLog } from './problem-log.ts'
import { memberPlace, memberPlaces } from './shape.ts'
import { defaultPath } from './timeless-defaults.ts'

/** Of use only when the log has no problem afterwards. */
export function legacyFormula(
  log: ProblemLog,
  document: LegacyDocument,
  id: string,
): Formula {
  const { place, inputs, action, outputs } = document
  const placed = [
    ...inputs.map((input) => placeInput(log, input)),
    ...placeMounts(log, action),
  ].filter((input) => input !== undefined)
  return {
    dialect: 'legacy',
    id,
    rawId: id,
    inputs: arrangeInputs(log, memberPlace(place, 'inputs'), placed),
    action: judgeAction(log, action),
    outputs: [
      ...sortedByKey(new Map(outputs.map((output) => [output.name, output]))).values(),
    ]
      .map((output) => judgeOutput(log, output))
      .filter((output) => output !== undefined),
  }
}

function placeInput(log: ProblemLog, input: LegacyInput): PlacedInput | undefined {
  const { name, type, hash, silos, mount, place } = input
  const path = checkPath(log, place, mount)
  if (path === undefined) return undefined
  // Missing, which has been reported.
  if (type === '') return { path, place, input: undefined }
  const parsed = makeWareId(type, hash)
  const at = memberPlace(place, 'hash')
  const wareId = checkWare(log, at, parsed, ['legacy', 'git'])
  const addresses = checkAddresses(log, silos, wareId ?? assumeWare(type, 'legacy'))
  if (wareId === undefined) return { path, place, input: undefined }
  const where = log.locate(place.offset)
  const source = { kind: 'ware', wareId, addresses } as const
  return { path, place, input: { name, path, source, filters: {}, where } }
}

/** `escapes.mounts` binds directories of the host, always writable. */
function placeMounts(log: ProblemLog, action: LegacyAction): (PlacedInput | undefined)[] {
  const mounts = memberPlace(memberPlace(action.place, 'escapes'), 'mounts')
  const places = memberPlaces(mounts)
  return [...action.mounts].map(([name, hostPath]) => {
    const place = places.get(name) ?? mounts
    const path = checkPath(log, place, name)
    const host = checkHostPath(log, place, hostPath)
    if (path === undefined || host === undefined) return undefined
    const source = { kind: 'mount', mode: 'rw', hostPath } as const
    const where = log.locate(place.offset)
    const input: FormulaInput = { name, path, source, filters: {}, where }
    return { path, place, input }
  })
}

const outputTypes: readonly string[] = ['tar', 'dir', 's3', 'gs'] satisfies Packtype[]

function judgeOutput(log: ProblemLog, output: LegacyOutput): FormulaOutput | undefined {
  const { name, type, silos, mount, filters, place } = output
  const path = checkPath(log, place, mount)
  if (!isPacktype(type) || !outputTypes.includes(type)) {
    const why = `${quote(type)} is no type of an output; known are ${outputTypes.join(', ')}`
    log.report(memberPlace(place, 'type'), why)
    return undefined
  }
  const addresses = checkAddresses(log, silos, { packtype: type, space: 'legacy' })
  if (path === undefined) return undefined
  const where = log.locate(place.offset)
  return { name, path, packtype: type, filters: filters ?? {}, addresses, where }
}

function judgeAction(log: ProblemLog, action: LegacyAction): Action {
  const at = (name: string) => memberPlace(action.place, name)
  checkCommand(log, at('command'), action.command)
  checkEnv(log, at('env'), action.env)
  checkHostname(log, at('hostname'), action.hostname)
  const { policy, user } = readPolicy(log, action)
  const defaults = { PATH: defaultPath, HOME: user.homedir }
  return {
    program: { kind: 'exec', command: action.command },
    cwd: action.cwd === '' ? '/task' : (checkPath(log, at('cwd'), action.cwd) ?? '/'),
    // Filled in even without the cradle, which is only about directories here.
    env: sortedByKey(new Map([...Object.entries(defaults), ...action.env])),
    policy,
    user,
    hostname: action.hostname === '' ? undefined : action.hostname,
    cradle: action.cradle ?? true,
    network: true,
  }
}

const root: User = { uid: 0, gid: 0, username: 'root', homedir: '/root' }
const ordinary: User = { uid: 1000, gid: 1000, username: 'luser', homedir: '/home/luser' }

const policies: ReadonlyMap<string, { readonly policy: Policy; readonly user: User }> =
  new Map([
    ['routine', { policy: 'routine', user: ordinary }],
    ['uidzero', { policy: 'routine', user: root }],
    ['governor', { policy: 'governor', user: root }],
    ['sysad', { policy: 'sysad', user: root }],
  ])

function readPolicy(
  log: ProblemLog,
  action: LegacyAction,
): { policy: Policy; user: User } {
  const fallback = { policy: 'routine', user: ordinary } as const
  if (action.policy === '') return fallback
  const known = policies.get(action.policy)
  if (known !== undefined) return known
  const nearest = nearestWord(action.policy, policies.keys())
  const hint =
    nearest === undefined
      ? `known are ${[...policies.keys()].join(', ')}`
      : `did you mean "${nearest}"?`
  log.report(
    memberPlace(action.place, 'policy'),
    `${quote(action.policy)} is no policy; ${hint}`,
  )
  return fallback
}
