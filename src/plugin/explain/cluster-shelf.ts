// Formulas that manifests name and do not bring along, from the cluster that they are meant for, when
// there is one.

import { R2k8sError } from '../../errors.ts'
import { formulas } from '../../cluster/resources.ts'
import { readFormulaObject } from '../../formula/formula-object.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import { openCluster, type OpenCluster } from '../cluster/open-cluster.ts'
import type { ClusterFlags } from '../commands/cluster-options.ts'
import type { Io } from '../io.ts'
import type { Found, FormulaShelf, WantedFormula } from '../template/load-formulas.ts'
import type { Terminal } from '../terminal.ts'
import type { IndexLoader } from '../ware-index/load-indexes.ts'

export interface ClusterShelf extends FormulaShelf {
  readonly close: () => Promise<void>
}

export interface ShelfContext {
  readonly flags: ClusterFlags
  readonly io: Io
  readonly terminal: Terminal
}

export function openClusterShelf(
  offline: FormulaShelf,
  loader: IndexLoader,
  { flags, io, terminal }: ShelfContext,
): ClusterShelf {
  let opening: Promise<OpenCluster | undefined> | undefined

  /** Being without a cluster is no failure, but a reason why a formula is not found. */
  async function trying<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof R2k8sError) || io.signal.aborted) throw error
      const why = `formulas are looked up among the manifests only: ${error.message}`
      terminal.say(why, { text: 'warning:', color: 'yellow' })
      return undefined
    }
  }

  async function findInCluster({ container, namespaces }: WantedFormula): Promise<Found> {
    const { reference } = container
    if (reference.kind !== 'named') return undefined
    opening ??= trying(() => openCluster(flags, io, terminal))
    const cluster = await opening
    if (cluster === undefined) return undefined
    const [namespace = cluster.namespace] = namespaces
    const { name } = reference
    const got = await trying(() =>
      cluster.client.get({ resource: formulas, namespace, name }, io.signal),
    )
    if (got === undefined) opening = Promise.resolve(undefined)
    if (got?.kind !== 'object') return undefined
    const read = readFormulaObject(got.object, readYamlText)
    if ('object' in read) return await loader.complete(read.object)
    const [{ code, why }] = read.problems
    return { unusable: { code, why } }
  }

  return {
    problems: offline.problems,
    find: async (wanted) => (await offline.find(wanted)) ?? (await findInCluster(wanted)),
    close: async () => {
      await (await opening)?.close()
    },
  }
}
