// A pod that no node takes: for the machine its formula is built for, above all.

import {
  isString,
  member,
  memberArray,
  memberString,
  type JsonObject,
} from '../../../json.ts'
import { architecture } from '../explain-machine.ts'
import { nextForResource } from './missing-resource.ts'
import { starting } from './init-container.ts'
import { diagnosis, kubectl, type Diagnosis, type PodContext } from './pod-context.ts'

/** Undefined for a pod that has a node. */
export function readUnscheduled(context: PodContext): Diagnosis | undefined {
  const { spec, status } = context.pod
  if (memberString(spec, 'nodeName') !== undefined) return undefined
  const condition = memberArray(status, 'conditions').find(
    (each) => memberString(each, 'type') === 'PodScheduled',
  )
  const reason = memberString(condition, 'reason')
  if (reason === 'SchedulingGated') return readGates(context)
  if (reason !== 'Unschedulable') return starting(context, 'it waits for the scheduler')
  const told = memberString(condition, 'message') ?? ''
  return readLabels(context, told) ?? readOther(context, told)
}

function readGates(context: PodContext): Diagnosis {
  const gates = memberArray(context.pod['spec'], 'schedulingGates')
    .map((gate) => memberString(gate, 'name'))
    .filter(isString)
    .join(', ')
  const message = `it is not to be scheduled yet: its scheduling gates are ${gates}`
  return diagnosis('unschedulable', message, 'wait for whoever set them to remove them')
}

/** A label that the pod asks for and no node has. */
function readLabels(context: PodContext, told: string): Diagnosis | undefined {
  const selector = member(context.pod['spec'], 'nodeSelector') ?? {}
  const wanted = Object.entries(selector).filter((entry): entry is [string, string] =>
    isString(entry[1]),
  )
  const missing = wanted.find(([label, value]) => isNowhere(label, value, context, told))
  if (missing === undefined) return undefined
  const [label, value] = missing
  if (label === architecture) return readMachine(context, value)
  return diagnosis(
    'unschedulable',
    `no node has the label ${label}=${value}, which the pod asks for with its nodeSelector`,
    {
      text: 'give it to a node, or drop it from the nodeSelector',
      command: `kubectl label node NODE ${label}=${value}`,
    },
  )
}

/** Who may not look at the nodes has only the word of the scheduler, which names no label. */
function isNowhere(
  label: string,
  value: string,
  { nodes, pod }: PodContext,
  told: string,
): boolean {
  if (nodes !== undefined) return !nodes.some((node) => labelOf(node, label) === value)
  const all =
    /^0\/(\d+) nodes are available: (\d+) node\(s\) didn't match Pod's node affinity\/selector\./.exec(
      told,
    )
  const selector = member(pod['spec'], 'nodeSelector') ?? {}
  const isAlone = Object.keys(selector).length === 1
  const hasAffinity =
    member(member(pod['spec'], 'affinity'), 'nodeAffinity') !== undefined
  return all !== null && all[1] === all[2] && isAlone && !hasAffinity
}

function readMachine({ nodes, rewrite, namespace }: PodContext, type: string): Diagnosis {
  const isOurs = rewrite?.machine?.why.includes('formula') === true
  const subject = isOurs ? "the formula's program is for" : 'the pod asks for nodes of'
  const machines = [...new Set(nodes?.map((node) => labelOf(node, architecture)))]
  const have = machines
    .filter((each) => each !== undefined)
    .sort()
    .join(' and ')
  const known = have === '' ? '' : `: they are ${have}`
  return diagnosis(
    'unschedulable',
    `${subject} ${type}, and no node of the cluster is${known}`,
    {
      text: `add a node of ${type}, or push a formula with wares for ${have === '' ? 'the machines there are' : have}`,
      command: `kubectl r2k8s push FORMULA -n ${namespace}`,
    },
  )
}

function labelOf({ metadata }: JsonObject, label: string): string | undefined {
  return memberString(member(metadata, 'labels'), label)
}

function readOther(context: PodContext, told: string): Diagnosis {
  // What preemption could do is of no use to who does not know it already.
  const [why = told] = told.split(/\. (?:no new claims|preemption: )/)
  const resource = /Insufficient ([\w./-]+)/.exec(why)?.[1]
  const message = `no node takes it: ${why.replace(/\.\s*$/, '')}`
  if (resource !== undefined) {
    return diagnosis('unschedulable', message, nextForResource(context, resource))
  }
  if (why.includes('PersistentVolumeClaim') || why.includes('persistentvolumeclaim')) {
    const command = kubectl(context, 'get', 'pvc')
    return diagnosis('unschedulable', message, {
      text: 'see what its claims wait for',
      command,
    })
  }
  if (why.includes('taint')) {
    const command =
      "kubectl get nodes -o custom-columns='NODE:.metadata.name,TAINTS:.spec.taints'"
    const text = 'tolerate the taint in the pod, or remove it from a node'
    return diagnosis('unschedulable', message, { text, command })
  }
  const command = 'kubectl get nodes --show-labels'
  const text = 'compare what the pod asks for with what the nodes are'
  return diagnosis('unschedulable', message, { text, command })
}
