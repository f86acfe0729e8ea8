// Puts a run into the cluster: first its Job, which owns all else, then what the pod needs, then the word
// that it may begin.

import { readFileSync } from 'node:fs'
import type {
  ApiClient,
  ObjectOutcome,
  ObjectRef,
  Resource,
} from '../cluster/api-client.ts'
import { rejected } from '../cluster/api-failure.ts'
import { configMaps, jobs, secrets } from '../cluster/resources.ts'
import { quote, R2k8sError } from '../errors.ts'
import { isObject, member, memberString, type JsonObject } from '../json.ts'
import { configMapName, inputsName, secretName, type BuiltJob } from './build-job.ts'
import { endPods } from './end-run.ts'
import { fitConfigMap, runLabel, type RunAbout, type SentInput } from './run-order.ts'

export interface RunObjects {
  readonly namespace: string
  readonly about: RunAbout
  readonly built: BuiltJob
  /** Exactly as its author wrote it. */
  readonly formulaText: string
  /** Credentials of warehouses, base64 by file name; as the run's Secret has them. */
  readonly credentials: Readonly<Record<string, string>> | undefined
  readonly sent: readonly SentInput[]
}

/**
 * @returns what the fetcher waits for: archives that are too large for an object of the API
 * @throws R2k8sError; nothing of the run is left then, if the cluster can be reached
 */
export async function startRun(
  client: ApiClient,
  objects: RunObjects,
  signal: AbortSignal,
): Promise<readonly SentInput[]> {
  const { namespace, about, built, credentials, sent } = objects
  const place = { namespace, about, signal }
  let job: JsonObject | undefined
  try {
    job = await createOnce(client, jobs, built.job, place)
    const owner = ownerOf(job)
    if (credentials !== undefined)
      await createOnce(client, secrets, credentialsOf(about, credentials, owner), place)
    // Until a pod is scheduled, it is there; a Job that is suspended would wait for a client for ever.
    const isInConfigMap = sent.length > 0 && fitConfigMap(sent)
    if (isInConfigMap)
      await createOnce(client, configMaps, inputsOf(about, sent, owner), place)
    if (credentials !== undefined)
      await resume(client, { resource: jobs, namespace, name: about.name }, signal)
    await createOnce(client, configMaps, formulaOf(objects, owner), place)
    return isInConfigMap ? [] : sent
  } catch (error) {
    await takeBack(client, job, place)
    if (!signal.aborted) throw error
    const why = 'it was interrupted'
    const problem = { code: 'cancelled', task: 'start the run', why } as const
    throw new R2k8sError([problem], { cause: error })
  }
}

interface Place {
  readonly namespace: string
  readonly about: RunAbout
  readonly signal: AbortSignal
}

const mostTries = 4

/**
 * A lost answer does not tell whether the object is there. Its name holds a part of the run's own, so one
 * of that name and run is this one.
 */
async function createOnce(
  client: ApiClient,
  resource: Resource,
  object: JsonObject,
  { namespace, about, signal }: Place,
): Promise<JsonObject> {
  const name = memberString(object['metadata'], 'name') ?? ''
  const task = `create the ${memberString(object, 'kind') ?? ''} ${quote(name)}`
  for (let tries = 1; ; tries++) {
    const isLast = tries >= mostTries
    let outcome: ObjectOutcome
    try {
      outcome = await client.create({ resource, namespace }, object, { signal })
    } catch (error) {
      if (isLast || signal.aborted || !(error instanceof R2k8sError)) throw error
      continue
    }
    if (outcome.kind === 'object') return outcome.object
    if (outcome.reason === 'AlreadyExists') {
      const found = await client.get({ resource, namespace, name }, signal)
      if (found.kind === 'object' && guidOf(found.object) === about.guid)
        return found.object
    }
    // The server has given up waiting, and what it began goes on.
    if (outcome.status !== 504 || isLast) throw explainRefusal(task, outcome)
  }
}

async function resume(
  client: ApiClient,
  job: ObjectRef,
  signal: AbortSignal,
): Promise<void> {
  const patch = { spec: { suspend: false } }
  const resumed = await client.patch(job, patch, { type: 'merge', signal })
  if (resumed.kind === 'refused')
    throw explainRefusal(`resume the Job ${quote(job.name)}`, resumed)
}

function explainRefusal(
  task: string,
  refusal: Exclude<ObjectOutcome, { kind: 'object' }>,
): R2k8sError {
  const error = rejected(task, refusal)
  if (refusal.status !== 403) return error
  const [{ code, why, hints = [] }] = error.problems
  return new R2k8sError([{ code, task, why, hints: [...hints, needs] }])
}

const needs =
  'a run needs "create", "get", "list", "watch", "patch" and "delete" on jobs, "create" on configmaps and ' +
  'secrets, "list", "watch" and "delete" on pods, "get" on pods/log, "get" and "create" on pods/exec, with -i on pods/attach'

/** A Job that waits for its Secret would wait for ever: its deadline counts from its start. */
async function takeBack(
  client: ApiClient,
  created: JsonObject | undefined,
  { namespace, about }: Place,
): Promise<void> {
  const { name, guid } = about
  const ref = { resource: jobs, namespace, name }
  const tidy = (error: unknown): void => {
    if (!(error instanceof R2k8sError)) throw error // it would have been
  }
  try {
    const found = await client.get(ref)
    const job = found.kind === 'object' ? found.object : created
    if (job === undefined || guidOf(job) !== guid) return
    await endPods(client, { namespace, guid }, 0).catch(tidy)
    await client.remove(ref, { propagation: 'Background' })
  } catch (error) {
    tidy(error)
  }
}

function ownerOf(job: JsonObject): JsonObject {
  const metadata = member(job, 'metadata')
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    name: memberString(metadata, 'name') ?? '',
    uid: memberString(metadata, 'uid') ?? '',
  }
}

function labelled(name: string, { guid }: RunAbout, owner: JsonObject): JsonObject {
  return { name, labels: { [runLabel]: guid }, ownerReferences: [owner] }
}

function credentialsOf(
  about: RunAbout,
  data: Readonly<Record<string, string>>,
  owner: JsonObject,
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: labelled(secretName(about), about, owner),
    type: 'Opaque',
    immutable: true,
    data: { ...data },
  }
}

/** By their numbers, as the fetcher looks for them. */
function inputsOf(
  about: RunAbout,
  sent: readonly SentInput[],
  owner: JsonObject,
): JsonObject {
  const binaryData = Object.fromEntries(
    sent.map(({ file }, number) => [String(number), readFileSync(file, 'base64')]),
  )
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: labelled(inputsName(about), about, owner),
    immutable: true,
    binaryData,
  }
}

/** For people, and for whoever wants to run it again: the pod has its orders already. */
function formulaOf({ about, formulaText }: RunObjects, owner: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: labelled(configMapName(about), about, owner),
    immutable: true,
    data: { formula: formulaText },
  }
}

/** Of an object that was read: the run it belongs to. */
function guidOf(object: JsonObject): string | undefined {
  const metadata = object['metadata']
  return isObject(metadata) ? memberString(metadata['labels'], runLabel) : undefined
}
