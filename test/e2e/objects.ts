// Objects of the tests: a pod template around containers, and the workloads around it.

export interface Container {
  readonly name?: string
  readonly image: string
  readonly [member: string]: unknown
}

export interface PodParts {
  readonly initContainers?: readonly object[]
  readonly volumes?: readonly object[]
  readonly [member: string]: unknown
}

/** Pods end at once when they are told to: nothing in them has anything to finish. */
export function podSpec(containers: readonly Container[], parts: PodParts = {}): object {
  return {
    terminationGracePeriodSeconds: 0,
    containers: containers.map((container) => ({ name: 'app', ...container })),
    ...parts,
  }
}

export function pod(
  name: string,
  containers: readonly Container[],
  parts: PodParts = {},
  annotations: Readonly<Record<string, string>> = {},
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations },
    spec: podSpec(containers, parts),
  }
}

/** With pods labelled `app=NAME`. */
export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  containers: readonly Container[],
  parts: PodParts = {},
): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(containers, parts) },
      ...(kind === 'StatefulSet' && { serviceName: name }),
      ...(kind !== 'DaemonSet' && { replicas: 1 }),
    },
  }
}

/** Its pods are labelled `app=NAME` and are not tried again. */
export function job(name: string, containers: readonly Container[]): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: jobSpec(name, containers),
  }
}

export function cronJob(name: string, containers: readonly Container[]): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: jobSpec(name, containers) },
    },
  }
}

function jobSpec(name: string, containers: readonly Container[]): object {
  return {
    backoffLimit: 0,
    template: {
      metadata: { labels: { app: name } },
      spec: podSpec(containers, { restartPolicy: 'Never' }),
    },
  }
}
