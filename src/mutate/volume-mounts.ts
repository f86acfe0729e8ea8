// The container's own mounts, as far as a root has to make room for them.

import { isObject, isString, member, memberArray, memberString } from '../json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { cleanPath } from './container-path.ts'
import type { Placeholder } from './fetch-plan.ts'

export interface OwnMount {
  /** Cleaned `mountPath`. */
  readonly path: string
  readonly kind: Placeholder['kind']
  /** Type of the volume (`emptyDir`, `hostPath`, …), or undefined when the pod has no such volume. */
  readonly volumeType: string | undefined
}

export function ownMounts(container: JsonObject, podSpec: JsonObject): OwnMount[] {
  const mounts = memberArray(container, 'volumeMounts')
  const devices = memberArray(container, 'volumeDevices').flatMap(ownDevice)
  if (mounts.length === 0) return devices
  const volumes = volumesByName(podSpec)
  const found = mounts.flatMap((mount): OwnMount[] => {
    const mountPath = memberString(mount, 'mountPath')
    if (mountPath === undefined || mountPath === '') return []
    const volume = volumes.get(memberString(mount, 'name') ?? '')
    const volumeType = Object.keys(volume ?? {}).find((key) => key !== 'name')
    const kind = mountsFile(mount, volume) ? 'file' : 'directory'
    return [{ path: cleanPath(mountPath), kind, volumeType }]
  })
  return [...found, ...devices]
}

/** A block device takes its path as a mount does: the API allows no mount beside it. */
function ownDevice(device: JsonValue): OwnMount[] {
  const path = memberString(device, 'devicePath')
  if (path === undefined || path === '') return []
  return [{ path: cleanPath(path), kind: 'file', volumeType: undefined }]
}

function volumesByName(podSpec: JsonObject): Map<string, JsonObject> {
  const volumes = new Map<string, JsonObject>()
  for (const volume of memberArray(podSpec, 'volumes')) {
    const name = memberString(volume, 'name')
    if (name !== undefined && isObject(volume)) volumes.set(name, volume)
  }
  return volumes
}

const keyedVolumes = ['configMap', 'secret', 'downwardAPI', 'projected']
const fileTypes = new Set(['File', 'FileOrCreate', 'Socket', 'CharDevice', 'BlockDevice'])

/** Nobody says whether a mount is a file: a `subPath` into keys is one, and some host paths. */
function mountsFile(mount: JsonValue, volume: JsonObject | undefined): boolean {
  if (volume === undefined) return false
  const hostType = member(member(volume, 'hostPath'), 'type')
  if (isString(hostType)) return fileTypes.has(hostType)
  const hasSubPath = ['subPath', 'subPathExpr'].some((name) => memberString(mount, name))
  return hasSubPath && keyedVolumes.some((name) => member(volume, name) !== undefined)
}
