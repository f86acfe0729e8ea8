// The formulas that manifests name: files by path, each read once, and Formula objects that stand
// among the manifests.

import { join } from 'node:path'
import { quote, type Problem } from '../../errors.ts'
import type { FormulaObject } from '../../formula/formula-object.ts'
import { isString, member, memberArray, type JsonValue } from '../../json.ts'
import type { ContainerReference } from '../../mutate/collect-references.ts'
import type { FormulaReference } from '../../mutate/formula-reference.ts'
import type { LoadedFormula, UnusableFormula } from '../../mutate/prepared-formula.ts'
import { openFormulaFiles } from '../formula/formula-files.ts'
import type { Io } from '../io.ts'
import type { IndexLoader } from '../ware-index/load-indexes.ts'

export interface FormulaShelf {
  /** Undefined when there is none; the problems of one that is there are kept, each once. */
  readonly find: (wanted: WantedFormula) => Promise<Found>
  readonly problems: readonly Problem[]
}

export type Found = LoadedFormula | UnusableFormula | undefined

type NamedReference = Extract<FormulaReference, { kind: 'named' }>

export interface WantedFormula {
  readonly container: ContainerReference
  /** Of the manifest: paths start here. */
  readonly directory: string
  /** Namespaces of the objects of the document, as far as they are said. */
  readonly namespaces: ReadonlySet<string>
}

/** @param objects asked for when the first reference by name is met */
export function openFormulaShelf(
  objects: () => Promise<readonly FormulaObject[]>,
  loader: IndexLoader,
  io: Io,
): FormulaShelf {
  const files = openFormulaFiles(io)
  let known: Promise<readonly FormulaObject[]> | undefined

  async function fromObjects(
    { name, formulaId }: NamedReference,
    wanted: WantedFormula,
  ): Promise<Found> {
    known ??= objects()
    const named = (await known).filter((object) => object.name === name)
    const near = named.filter((object) => mayMean(object, wanted))
    const pinned = near.filter((object) => object.formula.id === formulaId)
    const found = pinned.length > 0 ? pinned : near
    const ids = new Set(found.map((object) => object.formula.id))
    return ids.size <= 1 ? found[0] : ambiguous(found)
  }

  return {
    problems: files.problems,
    find: async (wanted) => {
      const found = await findLoaded(wanted)
      if (found === undefined || 'unusable' in found) return found
      return await loader.complete(found)
    },
  }

  async function findLoaded(wanted: WantedFormula): Promise<Found> {
    const { reference } = wanted.container
    switch (reference.kind) {
      case 'path':
        return await files.find(join(wanted.directory, reference.path))
      case 'named':
        return await fromObjects(reference, wanted)
      case 'malformed':
      case 'nearly':
        return undefined
    }
  }
}

/** A manifest may leave the namespace to `kubectl apply -n`. */
function mayMean({ namespace }: FormulaObject, { namespaces }: WantedFormula): boolean {
  return namespace === undefined || namespaces.size === 0 || namespaces.has(namespace)
}

function ambiguous(found: readonly FormulaObject[]): UnusableFormula {
  const namespaces = found.map((object) => quote(object.namespace ?? 'none')).join(', ')
  const why = `Formulas of that name stand in several namespaces: ${namespaces}`
  const hints = ['say the namespace of the object, or pin the ID of the formula']
  return { unusable: { code: 'formula-not-found', why, hints } }
}

/** Of the object itself, or of the items of a List. */
export function namespacesOf(value: JsonValue): Set<string> {
  const objects = [value, ...memberArray(value, 'items')]
  const named = objects.map((object) => member(member(object, 'metadata'), 'namespace'))
  return new Set(named.filter(isString))
}
