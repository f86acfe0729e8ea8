// How to give the pods of an owner an annotation: it counts when a pod is made, so it belongs to the
// template, and a pod without one has to be made again.

import type { NextStep } from '../model.ts'
import { kubectl, type PodContext } from './pod-context.ts'

type Target = Pick<PodContext, 'owner' | 'namespace'>

/** @param what is reached by it: the beginning of a sentence, as `have them mounted` */
export function annotate(
  target: Target,
  what: string,
  annotation: { readonly name: string; readonly value: string },
): NextStep {
  const { owner } = target
  if (owner === undefined) {
    const text = `${what}: add the annotation to the manifest of the pod, delete the pod and create it again`
    return { text, annotation }
  }
  const object = `${owner.kind.toLowerCase()}/${owner.name}`
  const path = templatePaths[owner.kind]
  if (path === undefined) {
    const again = owner.kind === 'Job' ? ', delete it and create it again' : ''
    const text = `${what}: add the annotation to the pod template of ${object}${again}`
    return { text, annotation }
  }
  const patch = JSON.stringify(
    path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), {
      [annotation.name]: annotation.value,
    }),
  )
  return {
    text: `${what}, by an annotation of the pod template`,
    command: kubectl(target, 'patch', object, '--type=merge', `-p '${shellSafe(patch)}'`),
  }
}

const template = ['spec', 'template', 'metadata', 'annotations']

/** Templates that may change. */
const templatePaths: Readonly<Record<string, readonly string[]>> = {
  Deployment: template,
  StatefulSet: template,
  DaemonSet: template,
  ReplicaSet: template,
  CronJob: ['spec', 'jobTemplate', ...template],
}

/** Inside single quotes. */
function shellSafe(text: string): string {
  return text.replaceAll("'", `'\\''`)
}
