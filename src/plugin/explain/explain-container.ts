// One formula container: what it was, and what was made of it.

import { isString, memberArray, memberString } from '../../json.ts'
import type { ContainerFacts } from './container-facts.ts'
import { mountsOf, notesOf, remarkOf } from './container-notes.ts'
import {
  formulaName,
  formulaState,
  type FormulaReadings,
  type PreparedLookup,
} from './formula-facts.ts'
import type { FormulaContainer, FormulaState } from './model.ts'
import { unescapeExpansion, type RootFacts } from './read-orders.ts'

export interface Original {
  /** The image as it was, and the formula's ID: what the annotation of the container says. */
  readonly reference: string
  readonly formulaId: string
}

export interface ExplainOptions {
  readonly mode: string
  readonly formulas: FormulaReadings | undefined
  readonly prepared: PreparedLookup
  /** To whom files belong, when they were flattened. */
  readonly owner: number | undefined
}

export function explainContainer(
  container: ContainerFacts,
  { reference, formulaId }: Original,
  root: RootFacts,
  { mode, formulas, prepared, owner }: ExplainOptions,
): FormulaContainer {
  const { spec } = container
  const mounts = mountsOf(spec)
  const fromRoot = mounts.filter(({ volume }) => volume === root.volume)
  const others = mounts.filter(
    ({ volume }) => volume !== root.volume && !volume.startsWith('kube-api-access-'),
  )
  const directory = memberString(spec, 'workingDir')
  const ownPaths = new Set(others.map(({ path }) => path))
  return {
    name: container.name,
    isInit: container.isInit,
    reference,
    formulaId,
    ...formulaOf(reference, formulaId, formulas),
    command: [...memberArray(spec, 'command'), ...memberArray(spec, 'args')]
      .filter(isString)
      .map(unescapeExpansion),
    commandOf: root.program === undefined ? 'pod' : 'formula',
    ...(directory !== undefined && { directory }),
    user: root.user,
    baseImage: container.image,
    root: {
      mode,
      ...(root.volume !== undefined && { volume: root.volume }),
      writable: !fromRoot.some((mount) => mount.isReadOnly),
    },
    wares: root.wares,
    mounts: fromRoot.map(({ path }) => path),
    otherMounts: others.map(({ path, volume }) => ({ path, volume })),
    notes: notesOf({
      spec,
      root,
      ownPaths,
      prepared: prepared(reference, formulaId),
      owner,
    }).map(remarkOf),
  }
}

function formulaOf(
  reference: string,
  formulaId: string,
  formulas: FormulaReadings | undefined,
): { readonly formula?: FormulaState } {
  const name = formulaName(reference)
  if (name === undefined || formulas === undefined) return {}
  return { formula: formulaState(name, formulaId, formulas) }
}
