// Formula pods that are asked for at a steady pace and never created: every one of them goes through the
// webhook.

import { setTimeout as sleep } from 'node:timers/promises'
import { createApiClient } from '../../src/cluster/api-client.ts'
import { openConnection } from '../../src/cluster/api-connection.ts'
import { readKubeconfigAccess } from '../../src/cluster/kubeconfig-access.ts'
import { pods } from '../../src/cluster/resources.ts'
import { podSpec } from './objects.ts'

export interface Load {
  /** Ends it, waits for what is under way, and tells. */
  readonly stop: () => Promise<LoadReport>
}

export interface LoadReport {
  readonly created: number
  /** Distinct reasons. */
  readonly failures: readonly string[]
  /** Pods that came back as they were sent. */
  readonly unchanged: number
  /** Milliseconds of the slowest one. */
  readonly slowest: number
}

export interface LoadOptions {
  readonly kubeconfig: string
  readonly namespace: string
  readonly image: string
  readonly perSecond: number
}

export async function startLoad(options: LoadOptions): Promise<Load> {
  const { namespace, image, perSecond } = options
  const access = await readKubeconfigAccess({ env: {}, kubeconfig: options.kubeconfig })
  const connection = openConnection(access, { userAgent: 'r2k8s-load' })
  const client = createApiClient(connection)
  const failures = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  let created = 0
  let unchanged = 0
  let slowest = 0
  let isOver = false

  async function create(): Promise<void> {
    const began = performance.now()
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { generateName: 'load-' },
      spec: podSpec([{ image }]) as Record<string, never>,
    }
    const told = await client
      .create({ resource: pods, namespace }, object, { dryRun: true })
      .then(
        (outcome) => {
          if (outcome.kind === 'refused') return `${outcome.status}: ${outcome.message}`
          if (JSON.stringify(outcome.object).includes('r2k8s-fetch')) created++
          else unchanged++
          return undefined
        },
        (error: unknown) => String(error),
      )
    if (told !== undefined) failures.set(told, (failures.get(told) ?? 0) + 1)
    slowest = Math.max(slowest, performance.now() - began)
  }

  async function run(): Promise<void> {
    const began = performance.now()
    for (let sent = 0; !isOver; sent++) {
      const due = began + (sent * 1000) / perSecond - performance.now()
      if (due > 0) await sleep(due)
      const one: Promise<void> = create().finally(() => underWay.delete(one))
      underWay.add(one)
    }
  }

  const running = run()
  return {
    stop: async () => {
      isOver = true
      await running
      await Promise.all(underWay)
      await connection.close()
      return {
        created,
        unchanged,
        slowest: Math.round(slowest),
        failures: [...failures].map(([why, times]) => `${times} × ${why}`),
      }
    },
  }
}
