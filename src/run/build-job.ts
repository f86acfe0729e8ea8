// The Job of a run (run.md §1): its pod fetches, runs the action, packs. The pod is rewritten by the one
// rewriter, as it would be on its way through the webhook, which need not be there.

import { escapeExpansion } from '../mutate/escape-expansion.ts'
import { inputsVariable } from '../mutate/fetch-plan.ts'
import { formatFormulaReference } from '../mutate/formula-reference.ts'
import { mutate } from '../mutate/mutate.ts'
import { packPlanVariable, waitForVariable, type PackPlan } from '../mutate/pack-plan.ts'
import { shortGraceSeconds } from './end-run.ts'
import { parseQuantity } from '../mutate/quantity.ts'
import { throwIfAny } from '../errors.ts'
import { isObject, member, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { PreparedFormula } from '../mutate/prepared-formula.ts'
import type { Decision } from '../mutate/decisions.ts'
import { applyPatch } from '../patch/apply-patch.ts'
import {
  aboutAnnotation,
  containers,
  fitConfigMap,
  inputsDirectory,
  rootVolume,
  runLabel,
  type RunAbout,
  type RunOrder,
  type SentInput,
} from './run-order.ts'

export interface BuiltJob {
  readonly job: JsonObject
  /** What the rewriter has to tell of the formula. */
  readonly decisions: readonly Decision[]
}

/** A client that is there ends an overdue run itself, with a short grace period (follow-run.ts). */
const clientFirst = 30

/** @throws R2k8sError when the formula cannot run in any pod */
export function buildJob(order: RunOrder): BuiltJob {
  const { about, prepared, settings, version } = order
  const image = formatFormulaReference(about.name)
  const plain = plainJob(order, image)
  const lookup = new Map([[image, withSent(prepared, order.sent)]])
  const { patch, decisions, problems } = mutate(plain, lookup, {
    ...{ settings, version, paths: false },
  })
  // A place in a Job that nobody has written says nothing.
  throwIfAny(problems.map((problem) => ({ ...problem, pointer: '' })))
  const rewritten = applyPatch(plain, patch)
  if (!isObject(rewritten)) throw new Error('a patched Job is an object')
  return { job: withPacking(rewritten, order), decisions }
}

export function secretName({ name }: RunAbout): string {
  return `${name}-warehouse`
}

export function configMapName({ name }: RunAbout): string {
  return `${name}-formula`
}

export function inputsName({ name }: RunAbout): string {
  return `${name}-inputs`
}

function plainJob(order: RunOrder, image: string): JsonObject {
  const { about } = order
  const labels = {
    [runLabel]: about.guid,
    'app.kubernetes.io/name': 'r2k8s-run',
    'app.kubernetes.io/managed-by': 'kubectl-r2k8s',
  }
  const dies = about.onDisconnect === 'die'
  const secret = order.hasSecret ? secretName(about) : order.secret
  const { name, ...told } = about
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      labels,
      annotations: { [aboutAnnotation]: JSON.stringify(told) },
    },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: 'Failed',
      ttlSecondsAfterFinished: order.ttlSeconds,
      activeDeadlineSeconds: dies
        ? Math.min(about.leaseSeconds, about.timeoutSeconds)
        : about.timeoutSeconds + clientFirst,
      // A pod that starts before its Secret is there waits for the kubelet's next look.
      ...(order.hasSecret && { suspend: true }),
      template: {
        metadata: {
          labels,
          annotations: {
            'kubectl.kubernetes.io/default-container': containers.action,
            ...(secret !== undefined && { 'r2k8s.io/warehouse-secret': secret }),
          },
        },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          // Under `die` the deadline is there to end it.
          terminationGracePeriodSeconds: dies
            ? shortGraceSeconds
            : order.packTimeoutSeconds,
          containers: [{ name: containers.action, image, ...streamsOf(order) }],
        },
      },
    },
  }
}

/**
 * An input ends with its only connection: nobody knows what of it got lost. A terminal outlives a
 * connection, and whoever comes back sees the same program.
 */
function streamsOf({ interactive }: RunOrder): JsonObject {
  if (interactive === undefined) return {}
  return interactive === 'input'
    ? { stdin: true, stdinOnce: true }
    : { stdin: true, tty: true }
}

/**
 * The packer sees what the fetcher saw, as the same user. Under `finish` it is a sidecar: the kubelet tells
 * it when the action has ended, whoever else is there, and gives it the grace period of the pod. That
 * period would also be how long an action may ignore its end, so under `die` it is short, the packer an
 * ordinary container, and the client, which is there as long as the run is, tells it to begin.
 */
function withPacking(job: JsonObject, order: RunOrder): JsonObject {
  const spec = objectAt(job, 'spec')
  const template = objectAt(spec, 'template')
  const podSpec = objectAt(template, 'spec')
  const inits = memberArray(podSpec, 'initContainers')
  const fetcher = inits.find((each) => memberString(each, 'name') === containers.fetch)
  if (!isObject(fetcher)) throw new Error('a rewritten pod has a fetcher')
  const dies = order.about.onDisconnect === 'die'
  const packer: JsonObject = {
    name: containers.pack,
    image: order.settings.agentImage,
    imagePullPolicy: order.settings.imagePullPolicy,
    args: ['pack'],
    ...(!dies && { restartPolicy: 'Always' }),
    env: [
      { name: packPlanVariable, value: escapeExpansion(JSON.stringify(planOf(order))) },
    ],
    resources: packerResources(order.settings.fetchResources.limits.memory),
    securityContext: packerContext(objectAt(fetcher, 'securityContext')),
    volumeMounts: memberArray(fetcher, 'volumeMounts'),
  }
  const main = memberArray(podSpec, 'containers')
  const waiting = dies ? fetcher : waitingFor(fetcher)
  const receiving = order.sent.length === 0 ? waiting : receivingInputs(waiting, order)
  const volumes = memberArray(podSpec, 'volumes')
  const withPacker: JsonObject = {
    ...podSpec,
    ...(order.sent.length > 0 && { volumes: [...volumes, inputsVolume(order)] }),
    initContainers: dies ? [receiving] : [packer, receiving],
    containers: dies ? [...main, packer] : main,
  }
  return {
    ...job,
    spec: { ...spec, template: { ...template, spec: withPacker } },
  }
}

/** It is there as long as the action and sleeps, so it asks for little. */
function packerResources(limit: string): JsonObject {
  const usual = '32Mi'
  const isLess = (parseQuantity(limit) ?? 0n) < (parseQuantity(usual) ?? 0n)
  const memory = isLess ? limit : usual
  return { requests: { cpu: '10m', memory }, limits: { memory: limit } }
}

/** Where the packer says that it listens: beside the tree, which is all that the action sees. */
const ready = `${rootVolume}/.r2k8s-packer`

/**
 * The sidecar is started first, and takes its time while wares are fetched; but a small ware is fetched
 * sooner than a busy node starts a process.
 */
function waitingFor(fetcher: JsonObject): JsonObject {
  const env = memberArray(fetcher, 'env')
  return { ...fetcher, env: [...env, { name: waitForVariable, value: ready }] }
}

const inputsVolumeName = 'r2k8s-inputs'

function inputsVolume({ about, sent }: RunOrder): JsonObject {
  const name = inputsVolumeName
  if (!fitConfigMap(sent)) return { name, emptyDir: {} }
  return { name, configMap: { name: inputsName(about) } }
}

/** What a ConfigMap holds is there before the pod starts; the rest is waited for. */
function receivingInputs(fetcher: JsonObject, { sent }: RunOrder): JsonObject {
  const waits = { name: inputsVariable, value: inputsDirectory }
  const isThere = fitConfigMap(sent)
  return {
    ...fetcher,
    env: [...memberArray(fetcher, 'env'), ...(isThere ? [] : [waits])],
    volumeMounts: [
      ...memberArray(fetcher, 'volumeMounts'),
      {
        ...{ name: inputsVolumeName, mountPath: inputsDirectory },
        ...(isThere && { readOnly: true }),
      },
    ],
  }
}

/** The same, with the file that is sent as the only place of a ware. */
function withSent(
  prepared: PreparedFormula,
  sent: readonly SentInput[],
): PreparedFormula {
  if (sent.length === 0) return prepared
  const wares = prepared.wares.map((order) => {
    const number = sent.findIndex(({ ware }) => ware === order.ware)
    return number < 0
      ? order
      : { ...order, from: [`file://${inputsDirectory}/${number}`] }
  })
  return { ...prepared, wares }
}

function planOf({ outputs, about, packTimeoutSeconds }: RunOrder): PackPlan {
  const holds = about.fetched.length > 0
  return {
    version: 1,
    outputs,
    ready,
    timeoutSeconds: packTimeoutSeconds,
    ...(about.onDisconnect === 'die' && { begin: 'told' as const }),
    ...(holds && { holdSeconds: longestHold }),
  }
}

/** Outputs that nobody fetches within this time are gone with the pod. */
const longestHold = 600

/** Of what the fetcher may do, reading everything is what packing needs. */
function packerContext(fetcher: JsonObject): JsonObject {
  const added = memberArray(fetcher['capabilities'], 'add')
  const keeps = added.includes('DAC_OVERRIDE')
  const capabilities: JsonValue = {
    ...(keeps && { add: ['DAC_OVERRIDE'] }),
    drop: ['ALL'],
  }
  return { ...fetcher, capabilities }
}

function objectAt(parent: JsonObject, name: string): JsonObject {
  const value = member(parent, name)
  if (!isObject(value)) throw new Error(`a Job has ${name}`)
  return value
}
