// One document: references by path become references by name.

import { join } from 'node:path'
import { quote, type Problem } from '../../errors.ts'
import { isArray, member, memberString, type JsonValue } from '../../json.ts'
import {
  collectReferences,
  type ContainerReference,
} from '../../mutate/collect-references.ts'
import { formatFormulaReference } from '../../mutate/formula-reference.ts'
import type { PatchOperation } from '../../patch/operation.ts'
import { childPointer } from '../../patch/pointer.ts'
import type { FormulaFiles } from '../formula/formula-files.ts'
import type { DocumentRewriter, PlacedDocument } from '../manifests/rewrite-manifest.ts'
import { nameFormula } from './formula-name.ts'
import type { WantedFormula } from './gathered.ts'

export interface Collection {
  readonly files: FormulaFiles
  /** Of `-n`. */
  readonly namespace: string | undefined
  /** Of `--name`, instead of one after file and hash. */
  readonly name: string | undefined
  /** Filled in the order of the manifests. */
  readonly wanted: WantedFormula[]
}

export function createReferenceRewriter(collection: Collection): DocumentRewriter {
  return async (placed) => {
    const { document, segment } = placed
    const patch: PatchOperation[] = []
    const problems: Problem[] = []
    const place = (pointer: string) =>
      segment.place(document.offsetOf(pointer) ?? document.start)
    const pods = collectReferences(document.value, { paths: true })
    for (const container of pods.flatMap((pod) => pod.containers)) {
      const image = childPointer(container.pointer, 'image')
      const named = await nameReference(container, placed, collection)
      if (named === undefined) continue
      if ('why' in named) {
        const task = `push the formula of container ${quote(container.name)}`
        problems.push({ task, where: place(image)(), ...named })
      } else {
        collection.wanted.push(named)
        const value = formatFormulaReference(named.name)
        patch.push({ op: 'replace', path: image, value })
      }
    }
    const spliced = document.splice(patch)
    return {
      text: spliced.text,
      isChanged: patch.length > 0,
      decisions: pods.flatMap(({ nearly }) =>
        nearly.map(({ pointer, name, image }) => ({
          where: place(pointer),
          decision: {
            kind: 'skipped' as const,
            pointer,
            container: name,
            image,
            reason: 'nearly-a-reference' as const,
          },
        })),
      ),
      notes: spliced.notes.map((text) => ({
        text,
        where: segment.place(document.start),
      })),
      problems,
    }
  }
}

type Obstacle = Pick<Problem, 'code' | 'why' | 'hints'>

/** Undefined for what stays as it is. */
async function nameReference(
  { reference, image, pointer }: ContainerReference,
  { document, directory }: PlacedDocument,
  { files, namespace, name }: Collection,
): Promise<WantedFormula | Obstacle | undefined> {
  if (reference.kind === 'malformed') {
    const why = `${quote(image)} is no formula reference: ${reference.why}`
    return { code: 'manifest-invalid', why, hints: [reference.hint] }
  }
  if (reference.kind !== 'path') return undefined
  const own = namespaceAt(document.value, pointer)
  if (own !== undefined && namespace !== undefined && own !== namespace) {
    const why = `its object is in namespace ${quote(own)}, not in ${quote(namespace)}`
    const hints = ['leave -n out, or give the namespace of the object']
    return { code: 'manifest-invalid', why, hints }
  }
  const found = await files.find(join(directory, reference.path))
  if ('unusable' in found) {
    // What is wrong inside a file has been noted with its place.
    return found.unusable.code === 'formula-not-found' ? found.unusable : undefined
  }
  return {
    file: found,
    name: name ?? nameFormula(found.file, found.formula),
    namespace: own ?? namespace,
  }
}

/** Of the object that holds the container, be it an item of a List. */
function namespaceAt(value: JsonValue, pointer: string): string | undefined {
  const index = /^\/items\/(\d+)\//.exec(pointer)?.[1]
  const items = member(value, 'items')
  const object = index !== undefined && isArray(items) ? items[Number(index)] : value
  const namespace = memberString(member(object, 'metadata'), 'namespace')
  return namespace === '' ? undefined : namespace
}
