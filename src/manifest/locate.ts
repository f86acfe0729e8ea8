import { parsePointer } from '../patch/pointer.ts'
import { effectiveMembers } from './resolve-source.ts'
import type { SourceNode } from './source.ts'

/** Offset of the value at a JSON pointer. An alias counts as the place of its value. */
export function locate(root: SourceNode, pointer: string): number | undefined {
  let node: SourceNode | undefined = root
  for (const step of parsePointer(pointer)) {
    const inside: SourceNode = node.kind === 'alias' ? node.target : node
    if (inside.kind === 'map') node = effectiveMembers(inside).get(step)?.member.value
    else if (inside.kind === 'list') node = inside.items[Number(step)]?.value
    else return undefined
    if (node === undefined) return undefined
  }
  return node.bodyStart
}
