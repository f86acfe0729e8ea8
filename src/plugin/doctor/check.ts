// What a check is: one question to a cluster, and findings that say what to do.

import type { ApiClient } from '../../cluster/api-client.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Trouble } from '../webhook/trouble.ts'
import type { Facts } from './facts.ts'

export interface Check {
  readonly name: string
  /** @throws R2k8sError when the API server does not answer */
  readonly run: (world: World) => Promise<Findings>
}

/** What checks ask, and what they know already. */
export interface World {
  readonly client: ApiClient
  /** Of the user's pods. */
  readonly namespace: string
  readonly version: string
  readonly nodeVersion: string
  /** Milliseconds of the clock. */
  readonly now: number
  /** What several checks ask for. */
  readonly facts: Facts
}

export type Findings = Finding | readonly Finding[]

export type Finding =
  | {
      /** `unknown`: the user may not look. `info`: good to know, nothing to do. */
      readonly status: 'ok' | 'info' | 'warning' | 'unknown'
      readonly text: string
      readonly hints: readonly string[]
    }
  | {
      readonly status: 'failed'
      readonly code: ErrorCode
      readonly text: string
      readonly hints: readonly string[]
    }

type Make = (text: string, ...hints: readonly string[]) => Finding

export const ok: Make = (text, ...hints) => ({ status: 'ok', text, hints })
export const info: Make = (text, ...hints) => ({ status: 'info', text, hints })
export const warning: Make = (text, ...hints) => ({ status: 'warning', text, hints })
export const unknown: Make = (text, ...hints) => ({ status: 'unknown', text, hints })
export const failed: Make = (text, ...hints) => {
  return { status: 'failed', code: 'rejected-by-cluster', text, hints }
}

/** There is a check for it. */
export const noNamespace = 'no pod can be tried: there is no such namespace'

export function findingOf({ level, code, why, hints }: Trouble): Finding {
  return level === 'failed'
    ? { status: 'failed', code, text: why, hints }
    : { status: 'warning', text: why, hints }
}
