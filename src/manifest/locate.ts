import { parsePointer } from '../patch/pointer.ts'
import { effectiveMembers } from './resolve-source.ts'
import type { SourceNode } from './source.ts'

/** Offset of the value at a JSON pointer. An alias counts as the place of its value. */
export function locate(root: SourceNode, pointer: string): number | undefined {
  return walk(root, parsePointer(pointer))?.bodyStart
}

/** Offset of the key of the member at a JSON pointer. */
export function locateKey(root: SourceNode, pointer: string): number | undefined {
  const steps = parsePointer(pointer)
  const owner = walk(root, steps.slice(0, -1))
  const map = owner?.kind === 'alias' ? owner.target : owner
  if (map?.kind !== 'map') return undefined
  return effectiveMembers(map).get(steps.at(-1) ?? '')?.member.keyStart
}

function walk(root: SourceNode, steps: readonly string[]): SourceNode | undefined {
  let node: SourceNode | undefined = root
  for (const step of steps) {
    const inside: SourceNode = node.kind === 'alias' ? node.target : node
    if (inside.kind === 'map') node = effectiveMembers(inside).get(step)?.member.value
    else if (inside.kind === 'list') node = inside.items[Number(step)]?.value
    else return undefined
    if (node === undefined) return undefined
  }
  return node
}
