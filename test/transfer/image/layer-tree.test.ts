import { expect, test } from 'vitest'
import {
  createLayerTree,
  type LayerTree,
} from '../../../src/transfer/image/layer-tree.ts'
import type { Entry } from '../../../src/ware/entry.ts'
import { inferredDirectory } from '../../../src/ware/fileset-hash.ts'
import { defaultUnpackLimits } from '../../../src/ware/unpack-limits.ts'

/** Would take minutes if each were looked at for each other. */
const many = 100_000

function file(path: string): Entry {
  return { ...inferredDirectory(path, 0), kind: 'file' }
}

async function endLayer(tree: LayerTree): Promise<void> {
  for (const wait of tree.endLayer()) await wait
}

test('settles a long chain of hardlinks whose target comes last', async () => {
  const tree = createLayerTree(defaultUnpackLimits)
  tree.beginLayer()
  for (let i = 0; i < many; i++) tree.addHardlink(`l${i}`, `l${i + 1}`)
  tree.add(file(`l${many}`), 7)
  await endLayer(tree)
  expect(tree.root.children.size).toBe(many + 1)
  expect(tree.root.children.get('l0')).toMatchObject({ kind: 'leaf', offset: 7 })
})

test('names the first link of a long chain that ends in nothing', async () => {
  const tree = createLayerTree(defaultUnpackLimits)
  tree.beginLayer()
  for (let i = 0; i < many; i++) tree.addHardlink(`l${i}`, `l${i + 1}`)
  await expect(endLayer(tree)).rejects.toThrow('"l0" is a hardlink to "l1"')
})

test('pauses while it settles hardlinks, so that it can be cancelled', () => {
  const tree = createLayerTree(defaultUnpackLimits)
  tree.beginLayer()
  for (let i = 0; i < many; i++) tree.addHardlink(`l${i}`, `l${i + 1}`)
  expect(tree.endLayer().next().done).toBe(false)
})

test('takes any number of opaque marks for one directory, among new files', async () => {
  const tree = createLayerTree(defaultUnpackLimits)
  tree.beginLayer()
  tree.add(file('d/sub/old'), 0)
  await endLayer(tree)
  tree.beginLayer()
  for (let i = 0; i < many; i++) tree.add(file(`d/sub/${i}`), 0)
  for (let i = 0; i < many; i++) {
    tree.add(file('d/.wh..wh..opq'), 0)
    tree.add(file('.wh.d'), 0)
    tree.add(file('d/sub/.wh..wh..opq'), 0)
  }
  await endLayer(tree)
  const d = tree.root.children.get('d')
  const sub = d?.kind === 'directory' ? d.children.get('sub') : undefined
  expect(sub?.kind === 'directory' && sub.children.size).toBe(many)
})

test('clears a directory anew in each layer that marks it', async () => {
  const tree = createLayerTree(defaultUnpackLimits)
  for (const name of ['a', 'b', 'c']) {
    tree.beginLayer()
    tree.add(file('.wh..wh..opq'), 0)
    tree.add(file(name), 0)
    await endLayer(tree)
    expect([...tree.root.children.keys()]).toEqual([name])
  }
})
