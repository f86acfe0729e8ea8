// Puts a fetched ware to its place in the tree of a root, as a mount there would: what lay there is
// gone, what is missing on the way is made.

import { quote, R2k8sError } from '../errors.ts'
import { moveRaw } from '../fileset/move-tree.ts'
import { removeTree } from '../fileset/remove-tree.ts'
import { parentPath } from '../ware/entry-path.ts'
import { rawTextFromUtf8, rawTextOf } from '../ware/raw-text.ts'
import { findInTree } from './find-in-tree.ts'
import { keepingTimes, makeDirectoryIn, pathIn, type Making } from './root-tree.ts'

/** `staged` is a directory or, of a ware that is one file, that file; it is moved. */
export function placeWare(making: Making, path: string, staged: string): void {
  const { tree } = making
  const resolved = findInTree(tree, rawTextFromUtf8(path))
  if (resolved.kind !== 'found' && resolved.kind !== 'missing') {
    const why =
      resolved.kind === 'blocked'
        ? 'something that is no directory stands in its way'
        : 'the links on its way lead nowhere'
    throw unplaceable(path, why)
  }
  const place = resolved.path
  if (place === '.' || ['dev', 'proc', 'sys'].includes(place.split('/', 1)[0] ?? '')) {
    throw unplaceable(path, `links of the other wares lead it to ${quote(`/${place}`)}`)
  }
  const replaced = `${staged}-replaced`
  makeDirectoryIn(making, parentPath(place))
  keepingTimes(tree, parentPath(place), () => {
    const at = rawTextOf(pathIn(tree, place))
    // Its name may be no UTF-8: it is moved to one that is, and removed there.
    if (resolved.kind === 'found') moveRaw(at, rawTextFromUtf8(replaced))
    moveRaw(rawTextFromUtf8(staged), at)
  })
  if (resolved.kind === 'found') removeTree(replaced)
}

function unplaceable(path: string, why: string): R2k8sError {
  const task = `place the ware at ${quote(path)}`
  return new R2k8sError([{ code: 'assembly-invalid', task, why }])
}
