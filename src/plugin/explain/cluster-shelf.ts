// Formulas that manifests name and do not bring along, from the cluster that they are meant for, when
// there is one.

import { formulas } from '../../cluster/resources.ts'
import { readFormulaObject } from '../../formula/formula-object.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import type { Found, FormulaShelf, WantedFormula } from '../template/load-formulas.ts'
import type { Terminal } from '../terminal.ts'
import type { IndexLoader } from '../ware-index/load-indexes.ts'
import type { NearbyCluster } from './nearby-cluster.ts'

export interface ShelfContext {
  readonly cluster: NearbyCluster
  readonly loader: IndexLoader
  readonly terminal: Terminal
}

export function openClusterShelf(
  offline: FormulaShelf,
  { cluster, loader, terminal }: ShelfContext,
): FormulaShelf {
  let isAbsent = false

  async function findInCluster({ container, namespaces }: WantedFormula): Promise<Found> {
    const { reference } = container
    if (reference.kind !== 'named' || isAbsent) return undefined
    const { name } = reference
    const asked = await cluster.ask((open, signal) => {
      const [namespace = open.namespace] = namespaces
      return open.client.get({ resource: formulas, namespace, name }, signal)
    })
    if ('absent' in asked) {
      isAbsent = true
      const why = `formulas are looked up among the manifests only: ${asked.absent}`
      terminal.say(why, { text: 'warning:', color: 'yellow' })
      return undefined
    }
    if (asked.answer.kind !== 'object') return undefined
    const read = readFormulaObject(asked.answer.object, readYamlText)
    if ('object' in read) return await loader.complete(read.object)
    const [{ code, why }] = read.problems
    return { unusable: { code, why } }
  }

  return {
    problems: offline.problems,
    find: async (wanted) => (await offline.find(wanted)) ?? (await findInCluster(wanted)),
  }
}
