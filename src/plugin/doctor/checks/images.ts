// The two images that every rewritten pod needs: whether the nodes have them.

import { isString, member, memberArray, type JsonObject } from '../../../json.ts'
import { fullImageName, isServedByNobody } from '../image-names.ts'
import { nodes } from '../../webhook/installed-objects.ts'
import { readList } from '../../webhook/read-object.ts'
import { info, ok, unknown, warning, type Check, type Finding } from '../check.ts'

/** A node tells the 50 largest of its images, unless its kubelet is set to another number. */
const mostListed = 50

export const checkImages: Check = {
  name: 'images',
  run: async ({ client, facts }) => {
    const listed = await readList(client, { resource: nodes })
    if (listed.kind === 'unknown') {
      return unknown(`the images of the nodes may not be read: ${listed.why}`)
    }
    const { settings } = await facts.settings()
    const { agentImage, baseImage, imagePullPolicy } = settings
    const named = [
      ['agent image', agentImage, 'kubectl r2k8s install --image IMAGE'],
      ['base image', baseImage, 'kubectl r2k8s install --base-image IMAGE'],
    ] as const
    const usable = listed.items.filter(takesPods)
    if (usable.length === 0) return info('there is no node to look at')
    return named.map(([what, image, change]) => {
      const isLocal = isServedByNobody(image) || imagePullPolicy === 'Never'
      return findingFor({ what, image, change, isLocal }, usable)
    })
  },
}

interface Wanted {
  readonly what: string
  readonly image: string
  /** Names another. */
  readonly change: string
  /** It can only have been loaded. */
  readonly isLocal: boolean
}

function findingFor(wanted: Wanted, usable: readonly JsonObject[]): Finding {
  const { what, image, change, isLocal } = wanted
  const without = usable.filter((node) => !has(node, image))
  const all = usable.length
  if (without.length === 0) return ok(`${what} ${image}: on all nodes (${all})`)
  const text = `${what} ${image}: on ${all - without.length} of ${all} nodes`
  if (!isLocal) return ok(`${text}, the others pull it when it is needed`)
  const hidden = without.filter((node) => imagesOf(node).length >= mostListed)
  const doubt =
    hidden.length === 0
      ? ''
      : `; ${hidden.length} of the others do not tell all they have`
  return warning(
    `${text}${doubt}`,
    `load it on each node: ctr -n k8s.io images import FILE ("make image" makes that of r2k8s), or kind load image-archive FILE`,
    `or push it to a registry and name it: ${change}`,
  )
}

/** Of other systems, and those that are closed, no pod of ours gets to. */
function takesPods({ metadata, spec }: JsonObject): boolean {
  const os = member(member(metadata, 'labels'), 'kubernetes.io/os')
  return (os === undefined || os === 'linux') && member(spec, 'unschedulable') !== true
}

function imagesOf({ status }: JsonObject) {
  return memberArray(status, 'images')
}

function has(node: JsonObject, image: string): boolean {
  const wanted = fullImageName(image)
  return imagesOf(node).some((each) =>
    memberArray(each, 'names')
      .filter(isString)
      .some((name) => fullImageName(name) === wanted),
  )
}
