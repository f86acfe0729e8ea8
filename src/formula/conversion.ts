// What a conversion between dialects gives.

import type { JsonValue } from '../json.ts'

export interface Conversion {
  /** Of no use when anything is lost. */
  readonly document: JsonValue
  readonly losses: readonly Loss[]
}

/** One thing that the other dialect cannot say. */
export interface Loss {
  readonly member: string
  readonly why: string
  readonly hint?: string
}

/** What Warpforge does to every output, in words that Timeless can write down. */
export const warpforgeOutputFilters = {
  uid: '0',
  gid: '0',
  mtime: '@1262304000',
  sticky: 'keep',
  setid: 'reject',
  dev: 'reject',
} as const

/** What Timeless does to every input (nothing), in words that Warpforge can write down. */
export const timelessInputFilters = {
  uid: 'follow',
  gid: 'follow',
  mtime: 'follow',
  sticky: 'follow',
  setid: 'follow',
  dev: 'follow',
} as const
