// What `webhook enable` does: the registration comes back, and is waited for until it is of use.

import type { ApiClient } from '../../cluster/api-client.ts'
import { R2k8sError } from '../../errors.ts'
import { member, type JsonObject } from '../../json.ts'
import { openCluster } from '../cluster/open-cluster.ts'
import { unlessCancelled } from '../cluster/unless-cancelled.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import { applyObject } from '../install/apply-object.ts'
import { kindOf } from '../install/kinds.ts'
import { shippedObjects } from '../install/shipped-objects.ts'
import { waitFor, type Obstacle } from '../install/wait-for.ts'
import type { Io } from '../io.ts'
import type { Terminal } from '../terminal.ts'
import { judgeDeployment, readDeployment } from './deployment.ts'
import { registrationName } from './disable.ts'
import { deploymentRef, namespaces, registrationRef } from './installed-objects.ts'
import { unmetRequirement } from './namespace-selector.ts'
import { readObject } from './read-object.ts'
import { judgeRegistration, readRegistration } from './registration.ts'
import type { Trouble } from './trouble.ts'
import { tryWebhook } from './try-webhook.ts'

export interface EnableOptions extends ClusterFlags {
  /** In milliseconds. */
  readonly timeout: number
}

const task = 'put the webhook back'

export async function enableWebhook(
  options: EnableOptions,
  io: Io,
  terminal: Terminal,
): Promise<void> {
  const { client, namespace, close } = await openCluster(options, io, terminal)
  try {
    const certManager = await needsCertManager(client)
    const { signal } = io
    const effect = await unlessCancelled(
      applyObject(client, shippedRegistration(certManager), signal),
      signal,
    )
    terminal.say(`${registrationName} ${effect}`)
    if (effect !== 'unchanged') terminal.say('waiting until the webhook answers')
    const patience = { client, until: Date.now() + options.timeout, signal }
    await waitFor(task, () => lookAtRegistration(client, io), patience)
    const place = await findNamespace(client, namespace)
    if (place === undefined) {
      terminal.say(`not tried: the namespace ${namespace} is switched off`, note)
      return
    }
    let untried: string | undefined
    const look = async () => {
      const trial = await tryWebhook(client, place)
      if (trial.kind === 'unknown') untried = trial.why
      if (trial.kind === 'trouble') return obstacle(trial.trouble)
      return trial.kind === 'not-asked'
        ? { why: trial.why, hints: [doctorHint] }
        : undefined
    }
    await waitFor(task, look, patience)
    if (untried === undefined)
      terminal.say('the webhook answers: formula pods are rewritten')
    else terminal.say(`not tried: ${untried}`, note)
  } finally {
    await close()
  }
}

const doctorHint = 'kubectl r2k8s doctor tells more'
const note = { text: 'warning:', color: 'yellow' } as const

/** @throws R2k8sError when there is nothing to enable: pods would be refused in obscurer words */
async function needsCertManager(client: ApiClient): Promise<boolean> {
  const reading = await readObject(client, deploymentRef)
  if (reading.kind === 'found') return readDeployment(reading.object).hasCertificateFiles
  const { why, hints } =
    reading.kind === 'missing'
      ? (judgeDeployment(reading, []) ?? { why: 'it is missing', hints: [] })
      : { why: reading.why, hints: ['ask who runs the cluster for this permission'] }
  throw new R2k8sError([{ code: 'rejected-by-cluster', task, why, hints }])
}

export function shippedRegistration(certManager: boolean): JsonObject {
  const found = shippedObjects(certManager).find(
    (object) => kindOf(object) === 'MutatingWebhookConfiguration',
  )
  if (found === undefined) throw new Error('the program holds no registration')
  return found
}

async function lookAtRegistration(
  client: ApiClient,
  io: Io,
): Promise<Obstacle | undefined> {
  const reading = await readObject(client, registrationRef)
  // Who may apply it and not read it has to trust the trial.
  if (reading.kind === 'unknown') return undefined
  const trouble = judgeRegistration(reading, 'unknown', io.now())
  return trouble?.level === 'failed' ? obstacle(trouble) : undefined
}

const obstacle = ({ why, hints }: Trouble): Obstacle => ({ why, hints })

/** One that the webhook is asked about. */
async function findNamespace(
  client: ApiClient,
  wanted: string,
): Promise<string | undefined> {
  const selector = readRegistration(shippedRegistration(false))?.namespaceSelector
  for (const name of [wanted, 'default']) {
    const reading = await readObject(client, { resource: namespaces, name })
    if (reading.kind === 'unknown') return wanted
    if (reading.kind === 'missing') continue
    const labels = member(member(reading.object, 'metadata'), 'labels')
    if (unmetRequirement(selector, labels) === undefined) return name
  }
  return undefined
}
