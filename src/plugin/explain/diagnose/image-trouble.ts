// Images that a node cannot get: those of r2k8s are mostly loaded, not pulled.

import { imageReasons } from '../../../cluster/image-reasons.ts'
import { isServedByNobody } from '../../doctor/image-names.ts'
import type { ContainerFacts } from '../container-facts.ts'
import type { NextStep } from '../model.ts'
import {
  diagnosis,
  fetcherOf,
  formulaContainerOf,
  nameOf,
  type Diagnosis,
  type PodContext,
} from './pod-context.ts'

export function readImageTrouble(
  context: PodContext,
  container: ContainerFacts,
): Diagnosis | undefined {
  const { state, image } = container
  if (state.kind !== 'waiting' || !imageReasons.has(state.reason)) return undefined
  const why = whyNot(context, container, state)
  const role = roleOf(context, container)
  const subject = role === undefined ? `the image ${image}` : `the ${role} ${image}`
  const message = `${nameOf(context, container)} waits for ${subject}, which the node cannot get: ${why}`
  return diagnosis('image-unavailable', message, nextFor(container, role))
}

type Role = 'agent image' | 'base image'

function roleOf(context: PodContext, { name }: ContainerFacts): Role | undefined {
  if (fetcherOf(context, name) !== undefined) return 'agent image'
  return formulaContainerOf(context, name) === undefined ? undefined : 'base image'
}

/** While it backs off, only the event of the failure says why. */
function whyNot(
  { events }: PodContext,
  { image, pullPolicy }: ContainerFacts,
  { reason, message }: { readonly reason: string; readonly message: string },
): string {
  if (reason === 'ErrImageNeverPull')
    return 'it is not there, and imagePullPolicy is Never'
  if (isServedByNobody(image) && pullPolicy !== 'Always') {
    return 'it is not loaded there, and no registry serves "localhost/"'
  }
  const failed = events.find(
    (event) => event.reason === 'Failed' && event.message.includes(`"${image}"`),
  )
  const why = shorten(reason === 'ErrImagePull' ? message : (failed?.message ?? message))
  const always =
    pullPolicy === 'Always'
      ? '; imagePullPolicy is Always, so what is loaded on the node does not count (the settings or AlwaysPullImages say so)'
      : ''
  return `${why === '' ? reason : why}${always}`
}

/** The last cause of a chain is the one that counts. */
function shorten(message: string): string {
  const [, rest = message] = /^Failed to pull image "[^"]*": (.*)$/s.exec(message) ?? []
  const cause = rest.split(': ').slice(-3).join(': ')
  return cause.replaceAll(/\s+/g, ' ').trim()
}

function nextFor(
  { image, pullPolicy }: ContainerFacts,
  role: Role | undefined,
): NextStep {
  if (role === undefined) return { text: 'put the image where the node can pull it from' }
  const flag = role === 'agent image' ? '--image' : '--base-image'
  const command = `kubectl r2k8s install ${flag} IMAGE`
  if (pullPolicy === 'Never') {
    const load = 'ctr -n k8s.io images import FILE'
    return { text: 'load it on the node', command: load }
  }
  const elsewhere = `put the ${role} into a registry and name it`
  if (pullPolicy === 'Always' || !isServedByNobody(image)) {
    return { text: `${elsewhere}; pods that are created then use it`, command }
  }
  return { text: 'load it on the node, or put it into a registry and name it', command }
}
