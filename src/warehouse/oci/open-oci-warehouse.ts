// A repository of an OCI registry as a warehouse: one artifact per ware, under a tag that its ID
// gives (wares.md §7; OCI distribution 1.1).

import { quote } from '../../errors.ts'
import { HttpFailure } from '../../http-exchange.ts'
import type { WarehouseAddress } from '../../ware/warehouse-address.ts'
import type { WareId } from '../../ware/ware-id.ts'
import { throwIfCancelled } from '../warehouse-problems.ts'
import type { OpenOutcome, Warehouse, WarehouseContext } from '../warehouse.ts'
import { createOciUpload } from './oci-upload.ts'
import { openBlob } from './read-blob.ts'
import { readManifest } from './read-manifest.ts'
import { createRegistryClient, type RegistryClient } from './registry-client.ts'
import { RegistryFailure } from './registry-failure.ts'
import { manifestType, readWareManifest, wareTag } from './ware-manifest.ts'

export function openOciWarehouse(
  address: Extract<WarehouseAddress, { scheme: 'oci' }>,
  context: WarehouseContext,
): Warehouse {
  // One for all requests, so that a token serves more than one of them.
  const client = createRegistryClient(address, context)
  return {
    open: (wareId) => openExplained(client, wareId, context),
    create: () => createOciUpload(client, context),
  }
}

async function openExplained(
  client: RegistryClient,
  wareId: WareId | undefined,
  context: WarehouseContext,
): Promise<OpenOutcome> {
  if (wareId === undefined) {
    const why = 'a registry holds wares by their IDs, and none is given'
    return { kind: 'unavailable', why }
  }
  try {
    return await openWare(client, wareId, context)
  } catch (error) {
    throwIfCancelled(context.signal)
    if (!(error instanceof RegistryFailure) && !(error instanceof HttpFailure))
      throw error
    return { kind: 'unavailable', why: error.message }
  }
}

async function openWare(
  client: RegistryClient,
  wareId: WareId,
  context: WarehouseContext,
): Promise<OpenOutcome> {
  const tag = wareTag(wareId)
  const found = await readManifest(client, tag, [manifestType])
  const registry = `the registry ${quote(client.registry)}`
  if (found === undefined) return { kind: 'absent', why: `${registry} has no tag ${tag}` }
  const read = readWareManifest(found.bytes, wareId)
  if ('why' in read) {
    return { kind: 'unavailable', why: `${registry}, asked for ${tag}: ${read.why}` }
  }
  const { layer, strictDigest } = read.manifest
  const outcome = await openBlob(client, layer, context)
  if (outcome.kind !== 'found' || strictDigest === undefined) return outcome
  return { kind: 'found', ware: { ...outcome.ware, strictDigest } }
}
