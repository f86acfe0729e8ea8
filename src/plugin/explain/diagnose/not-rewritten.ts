// A pod that r2k8s left as it was: because nothing in it asks for it, or because r2k8s was not asked.

import { parseFormulaReference } from '../../../mutate/formula-reference.ts'
import { diagnosis, type Diagnosis, type PodContext } from './pod-context.ts'

/** Undefined for pods that were rewritten. */
export function notRewritten(context: PodContext): Diagnosis | undefined {
  if (context.rewrite !== undefined) return undefined
  const left = context.containers.find(({ image }) => {
    const kind = parseFormulaReference(image)?.kind
    return kind !== undefined && kind !== 'nearly'
  })
  if (left === undefined) {
    const message =
      'r2k8s left it as it was: no container has an image "repeatr:0/…", the name of a formula'
    const text = 'to run a formula, create a pod with the image that push prints'
    const command = `kubectl r2k8s push FORMULA -n ${context.namespace}`
    return diagnosis('not-rewritten', message, { text, command })
  }
  const { name, image } = left
  const named = `container "${name}" still has the image ${image}`
  if (image.startsWith('.')) {
    return diagnosis(
      'not-rewritten',
      `it was not rewritten: ${named}, a path that means nothing in a cluster`,
      {
        text: 'push the formulas that the manifest names, and apply what comes out',
        command: `kubectl r2k8s push -f MANIFEST -n ${context.namespace} | kubectl apply -n ${context.namespace} -f -`,
      },
    )
  }
  if (context.switchedOff !== undefined) {
    const { why, nextStep } = context.switchedOff
    const text = `${nextStep.text}, then create the pod again`
    const message = `it was not rewritten: ${why}; ${named}, and no registry has it`
    return diagnosis('not-rewritten', message, { ...nextStep, text })
  }
  return diagnosis(
    'not-rewritten',
    `it was not rewritten: ${named}, and no registry has it; the webhook was off, not asked, or the namespace is labelled r2k8s.io/webhook=disabled`,
    {
      text: 'find out why the webhook was not asked, then create the pod again',
      command: `kubectl r2k8s doctor -n ${context.namespace}`,
    },
  )
}
