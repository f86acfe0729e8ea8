// From which warehouses a pod fetches one ware.

import type { InputSource } from '../formula/formula.ts'
import type { Packtype } from '../ware/ware-id.ts'
import { isWrittenForPods } from '../ware/warehouse-address.ts'
import type { Settings } from './settings.ts'

export interface ReachableAddresses {
  readonly addresses: readonly string[]
  /** Those on somebody's disk, where no pod can look. */
  readonly leftOut: readonly string[]
}

/**
 * @param preferred addresses the user gives for all wares (`--source`), asked first
 */
export function reachableAddresses(
  source: Extract<InputSource, { kind: 'ware' }>,
  preferred: readonly string[],
  settings: Settings,
): ReachableAddresses {
  const { packtype } = source.wareId
  const forAll = (addresses: readonly string[]) =>
    addresses.filter((address) => mayHold(address, packtype))
  const wanted = [
    ...forAll(preferred),
    ...source.addresses,
    ...forAll(settings.warehouses),
  ]
  const distinct = [...new Set(wanted)]
  const reachable = new Set(
    distinct.filter((address) => isWrittenForPods(address, packtype)),
  )
  return {
    addresses: distinct.filter((address) => reachable.has(address)),
    leftOut: distinct.filter((address) => !reachable.has(address)),
  }
}

/** Of addresses given for all wares, those that pods can ask for some ware. */
export function sourcesForPods(sources: readonly string[]): string[] {
  return sources.filter((source) => isWrittenForPods(source, packtypeOf(source)))
}

/** A git repository is no warehouse of archives, and the other way round. */
function mayHold(address: string, packtype: Packtype): boolean {
  return isRepository(address) === (packtype === 'git')
}

function packtypeOf(address: string): Packtype {
  return isRepository(address) ? 'git' : 'tar'
}

function isRepository(address: string): boolean {
  return /^(git|ssh):|\.git\/?$/.test(address)
}
