// A run whose action runs until it is told to end, and who talks to it.

import type { ApiClient } from '../../src/cluster/api-client.ts'
import type { R2k8sError } from '../../src/errors.ts'
import type { Conversation } from '../../src/run/conversation.ts'
import type { RunView } from '../../src/run/judge.ts'
import type { RunAbout } from '../../src/run/run-order.ts'
import type { RunWatch } from '../../src/run/watch-run.ts'
import { recordedRun } from './recordings.ts'

export interface TestConversation {
  readonly conversation: Conversation
  readonly troubles: readonly R2k8sError[]
  /** How often the action was told to have begun. */
  readonly begun: () => number
  /** The cluster tells of the end of the action. */
  readonly end: () => void
  /** Nobody wants to follow it any more. */
  readonly leave: () => void
}

export function startConversation(
  client: ApiClient,
  first: RunView = recordedRun('running'),
): TestConversation {
  const left = new AbortController()
  const troubles: R2k8sError[] = []
  const { watch, change } = fakeWatch(first)
  let begun = 0
  return {
    troubles,
    begun: () => begun,
    end: () => {
      change(recordedRun('completed'))
    },
    leave: () => {
      left.abort()
    },
    conversation: {
      ...{ client, namespace: 'builds', about, watch, signal: left.signal },
      began: () => {
        begun++
      },
      troubled: (error) => troubles.push(error),
    },
  }
}

const about: RunAbout = {
  guid: '0c8kq3vz-h38dytp5-0q9m2x7e',
  name: 'build-0q9m2x7e',
  formula: 'build.formula',
  formulaId: 'id',
  dialect: 'timeless',
  time: 1_795_282_183,
  onDisconnect: 'finish',
  timeoutSeconds: 86_400,
  leaseSeconds: 120,
  outputs: [],
  fetched: [],
}

function fakeWatch(first: RunView) {
  let view = first
  const looks = new Set<() => void>()
  const watch: RunWatch = {
    view: () => view,
    until: (look, signal) =>
      new Promise((resolve, reject) => {
        const again = (): void => {
          const found = look(view)
          if (found === undefined) return
          looks.delete(again)
          resolve(found)
        }
        looks.add(again)
        signal.addEventListener('abort', () => {
          looks.delete(again)
          reject(signal.reason as Error)
        })
        again()
      }),
    close: () => Promise.resolve(),
  }
  const change = (next: RunView): void => {
    view = next
    for (const look of [...looks]) look()
  }
  return { watch, change }
}
