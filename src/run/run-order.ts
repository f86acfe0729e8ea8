// What a run is asked to be. What the cluster keeps of it stands on its Job, for whoever comes back.

import type { Dialect } from '../formula/formula.ts'
import {
  isObject,
  isString,
  memberArray,
  memberString,
  type JsonObject,
  parseJson,
} from '../json.ts'
import type { PreparedFormula } from '../mutate/prepared-formula.ts'
import type { OutputOrder } from '../mutate/pack-plan.ts'
import type { Settings } from '../mutate/settings.ts'

/** What becomes of a run whose client is gone. */
export type OnDisconnect = 'finish' | 'die'

export interface RunOrder {
  readonly about: RunAbout
  readonly prepared: PreparedFormula
  readonly outputs: readonly OutputOrder[]
  readonly settings: Settings
  readonly packTimeoutSeconds: number
  /** How long the Job and its logs stay when it is done and nobody has taken them away. */
  readonly ttlSeconds: number
  /** Wares that the client sends, in the order of their numbers. */
  readonly sent: readonly SentInput[]
  /** The action has the client's stdin, or the client's terminal; nothing to read without it. */
  readonly interactive?: 'input' | 'terminal'
  /** The run has a Secret of its own with credentials of warehouses. */
  readonly hasSecret: boolean
  /** One of the namespace that is there already. */
  readonly secret?: string
  /** Version of the program. */
  readonly version: string
}

/** The part of the order that its Job tells everybody. */
export interface RunAbout {
  readonly guid: string
  /** Of the Job. */
  readonly name: string
  /** File name of the formula without its directories. */
  readonly formula: string
  readonly formulaId: string
  readonly dialect: Dialect
  /** Unix seconds of the start. */
  readonly time: number
  readonly onDisconnect: OnDisconnect
  /** From the start of the Job to the end of its action. */
  readonly timeoutSeconds: number
  /** Under `die`: how long it outlives a client that is silent. */
  readonly leaseSeconds: number
  /** Names of all outputs, in the order of the formula. */
  readonly outputs: readonly string[]
  /** What the client takes home from the pod: names of outputs, and where to. */
  readonly fetched: readonly FetchedOutput[]
}

/** An archive on this machine, for the fetcher. */
export interface SentInput {
  readonly ware: string
  readonly file: string
  readonly bytes: number
}

/** What the API takes in one object, and some room. */
const mostInConfigMap = 900_000

/** Then a ConfigMap of the run holds them, and nobody has to send them: that needs no pods/exec. */
export function fitConfigMap(sent: readonly SentInput[]): boolean {
  return sent.reduce((sum, { bytes }) => sum + bytes, 0) <= mostInConfigMap
}

export interface FetchedOutput {
  readonly output: string
  readonly targets: readonly string[]
}

/** Where fetcher and packer see the volume of the only root. */
export const rootVolume = '/r2k8s/0'

/** Where the fetcher finds what the client sends: a volume that nobody else sees. */
export const inputsDirectory = '/r2k8s/inputs'

export const runLabel = 'r2k8s.io/run'
export const aboutAnnotation = 'r2k8s.io/run-about'

export const containers = {
  fetch: 'r2k8s-fetch',
  pack: 'r2k8s-pack',
  action: 'action',
} as const

/** Undefined for a Job that is no run, or of a version that says other things. */
export function readAbout(job: JsonObject): RunAbout | undefined {
  const metadata = job['metadata']
  if (!isObject(metadata) || !isObject(metadata['annotations'])) return undefined
  const text = metadata['annotations'][aboutAnnotation]
  const name = memberString(metadata, 'name')
  if (!isString(text) || name === undefined) return undefined
  const value = parseJson(text)
  if (!isObject(value)) return undefined
  const guid = memberString(value, 'guid')
  const formula = memberString(value, 'formula')
  const formulaId = memberString(value, 'formulaId')
  const dialect = dialects.find((each) => each === value['dialect'])
  const { time, timeoutSeconds, leaseSeconds } = value
  const onDisconnect = value['onDisconnect'] === 'die' ? 'die' : 'finish'
  if (guid === undefined || !/^[0-9a-z-]{1,64}$/.test(guid)) return undefined
  if (formula === undefined || formulaId === undefined) return undefined
  if (dialect === undefined || typeof time !== 'number') return undefined
  if (typeof timeoutSeconds !== 'number' || typeof leaseSeconds !== 'number')
    return undefined
  return {
    ...{
      guid,
      name,
      formula,
      formulaId,
      dialect,
      time,
      onDisconnect,
      timeoutSeconds,
      leaseSeconds,
    },
    outputs: memberArray(value, 'outputs').filter(isString),
    fetched: memberArray(value, 'fetched').flatMap((each) => {
      const output = memberString(each, 'output')
      const targets = memberArray(each, 'targets').filter(isString)
      return output === undefined ? [] : [{ output, targets }]
    }),
  }
}

const dialects: readonly Dialect[] = ['legacy', 'timeless', 'warpforge']
