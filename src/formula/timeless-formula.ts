// From a Timeless document to a formula that can run: judged, with the defaults of `repeatr run`.

import { quote } from '../errors.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import { parseWareId } from '../ware/ware-id.ts'
import { compareBytes, sortedByKey } from './byte-order.ts'
import {
  arrangeInputs,
  assumeWare,
  checkAddresses,
  checkCommand,
  checkEnv,
  checkHostname,
  checkHostPath,
  checkId,
  checkPath,
  checkSpareAddresses,
  checkWare,
  type PlacedInput,
} from './checks.ts'
import { cleanAbsolutePath } from './clean-path.ts'
import type { Action, Formula, FormulaInput, FormulaOutput, Policy } from './formula.ts'
import { readMount } from './mount-source.ts'
import type { ProblemLog } from './problem-log.ts'
import { memberPlace } from './shape.ts'
import { isCradleDisabled, userOf, withTimelessDefaults } from './timeless-defaults.ts'
import type {
  TimelessAction,
  TimelessDocument,
  TimelessInput,
  TimelessOutput,
} from './timeless.ts'

/** Of use only when the log has no problem afterwards. */
export function timelessFormula(
  log: ProblemLog,
  document: TimelessDocument,
  ids: { readonly id: string; readonly rawId: string },
): Formula {
  const placed = (document.inputs ?? [])
    .map((input) => placeInput(log, input))
    .filter((input) => input !== undefined)
  checkMountPrefixes(log, placed)
  checkSpareAddresses(log, document.spareAddresses)
  return {
    dialect: 'timeless',
    ...ids,
    inputs: arrangeInputs(log, memberPlace(document.place, 'inputs'), placed),
    action: judgeAction(log, document),
    outputs: [...(document.outputs ?? [])]
      .sort((a, b) => compareBytes(a.path, b.path))
      .map((output) => judgeOutput(log, output))
      .filter((output) => output !== undefined),
  }
}

function placeInput(log: ProblemLog, input: TimelessInput): PlacedInput | undefined {
  const { place } = input
  const path = checkPath(log, place, input.path)
  if (path === undefined) return undefined
  const source = readSource(log, input)
  const where = log.locate(place.offset)
  const common = { name: input.path, path, filters: {}, where }
  return { path, place, input: source && { ...common, source } }
}

function readSource(
  log: ProblemLog,
  input: TimelessInput,
): FormulaInput['source'] | undefined {
  const { source, place } = input
  if (source === '') {
    log.report(place, 'names no ware: there is nothing to fetch')
    return undefined
  }
  if (source.startsWith('mount:')) return readTimelessMount(log, input)
  // Said already when the document was read.
  if (!source.includes(':')) return undefined
  const wareId = checkWare(log, place, parseWareId(source), ['timeless', 'git'])
  const assumed = assumeWare(source.slice(0, source.indexOf(':')), 'timeless')
  const addresses = checkAddresses(log, input.addresses, wareId ?? assumed)
  return wareId && { kind: 'ware', wareId, addresses }
}

function readTimelessMount(
  log: ProblemLog,
  { source, place }: TimelessInput,
): FormulaInput['source'] | undefined {
  const mount = readMount(source, ['ro', 'rw'])
  if ('why' in mount) {
    log.report(place, mount.why)
    return undefined
  }
  return checkHostPath(log, place, mount.hostPath) === undefined ? undefined : mount
}

/** Upstream compares texts, so a mount at `/a` blocks `/ab` too. */
function checkMountPrefixes(log: ProblemLog, placed: readonly PlacedInput[]): void {
  const mounts = new Set(
    placed.filter(({ input }) => input?.source.kind === 'mount').map(({ path }) => path),
  )
  // By length, since a hostile document may have thousands of both.
  const lengths = [...new Set([...mounts].map((path) => path.length))]
  for (const { path, place } of placed) {
    const length = lengths.find((n) => n < path.length && mounts.has(path.slice(0, n)))
    if (length !== undefined) {
      log.report(place, whyBlocked(path, path.slice(0, length)), [
        'give one of the two another path',
      ])
    }
  }
}

function whyBlocked(path: string, mount: string): string {
  if (mount === '/' || path.startsWith(`${mount}/`)) {
    return `lies below the host mount at ${quote(mount)}, where nothing can be placed`
  }
  return `begins with the path of the host mount at ${quote(mount)}: Repeatr compares the two as texts and refuses it, though it lies beside the mount`
}

function judgeOutput(log: ProblemLog, output: TimelessOutput): FormulaOutput | undefined {
  const { packtype, place } = output
  const path = checkPath(log, place, output.path)
  if (packtype !== 'tar' && packtype !== 'zip') {
    const why = `${quote(packtype)} is no packtype of an output: write "tar" or "zip"`
    log.report(memberPlace(place, 'packtype'), why)
    return undefined
  }
  const written = output.address === undefined ? [] : [output.address]
  const addresses = checkAddresses(log, written, { packtype, space: 'timeless' })
  if (path === undefined) return undefined
  const where = log.locate(place.offset)
  return {
    name: output.path,
    path,
    packtype,
    filters: output.filters ?? {},
    addresses,
    where,
  }
}

function judgeAction(log: ProblemLog, document: TimelessDocument): Action {
  const { action } = document
  const at = (name: string) => memberPlace(action.place, name)
  checkExec(log, action)
  checkEnv(log, at('env'), action.env)
  checkHostname(log, at('hostname'), action.hostname)
  checkUser(log, action)
  const complete = withTimelessDefaults(document).action
  return {
    program: { kind: 'exec', command: action.exec },
    cwd: checkPath(log, at('cwd'), complete.cwd) ?? '/',
    env: sortedByKey(complete.env),
    policy: readPolicy(log, action),
    user: userOf(action),
    hostname: action.hostname === '' ? undefined : action.hostname,
    cradle: !isCradleDisabled(action),
    network: true,
  }
}

function checkExec(log: ProblemLog, action: TimelessAction): void {
  const place = memberPlace(action.place, 'exec')
  const [program] = action.exec
  if (program === undefined && action.noop) {
    log.report(
      action.place,
      'noop is declared, but no executor has ever honoured it; give an exec',
    )
    return
  }
  checkCommand(log, place, action.exec)
  if (
    program !== undefined &&
    program !== '' &&
    cleanAbsolutePath(program) === undefined
  ) {
    const why = `${quote(program)} is no absolute path: Timeless formulas do not search $PATH`
    log.report(place, why)
  }
}

function checkUser(log: ProblemLog, action: TimelessAction): void {
  const { userinfo } = action
  if (userinfo === undefined) return
  const at = (name: string) => memberPlace(memberPlace(action.place, 'userinfo'), name)
  if (userinfo.uid !== undefined) checkId(log, at('uid'), userinfo.uid)
  if (userinfo.gid !== undefined) checkId(log, at('gid'), userinfo.gid)
  if (userinfo.homedir !== '') checkPath(log, at('homedir'), userinfo.homedir)
  if (/[\p{Cc}:/]/u.test(userinfo.username)) {
    log.report(at('username'), `${quote(userinfo.username)} is no name of a user`)
  }
}

const policies: readonly Policy[] = ['routine', 'governor', 'sysad']

function readPolicy(log: ProblemLog, action: TimelessAction): Policy {
  if (action.policy === '') return 'routine'
  const known = policies.find((policy) => policy === action.policy)
  if (known !== undefined) return known
  const place = memberPlace(action.place, 'policy')
  if (action.policy === 'uidzero') {
    log.report(place, '"uidzero" is a legacy policy', [
      'write the policy "routine" and "userinfo": {"uid": 0, "gid": 0}',
    ])
    return 'routine'
  }
  const nearest = nearestWord(action.policy, policies)
  const hint =
    nearest === undefined
      ? `known are ${policies.join(', ')}`
      : `did you mean "${nearest}"?`
  log.report(place, `${quote(action.policy)} is no policy; ${hint}`)
  return 'routine'
}
