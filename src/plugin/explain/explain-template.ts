// A pod template of a file, rewritten a moment ago and read as a pod is.

import { quote } from '../../errors.ts'
import {
  isArray,
  isObject,
  memberString,
  type JsonObject,
  type JsonValue,
} from '../../json.ts'
import type { PodReferences } from '../../mutate/collect-references.ts'
import { noteSentence, skipReasons, type Decision } from '../../mutate/decisions.ts'
import { misplacedAnnotations } from '../../mutate/misplaced-annotations.ts'
import type { FormulaLookup, PreparedFormula } from '../../mutate/prepared-formula.ts'
import { parsePointer } from '../../patch/pointer.ts'
import { readContainers } from './container-facts.ts'
import { remarkOf } from './container-notes.ts'
import { explainRewrite, leftAlone } from './explain-rewrite.ts'
import type { Explanation, FormulaContainer, Rewrite } from './model.ts'
import { readOrders } from './read-orders.ts'

export interface RewrittenDocument {
  readonly value: JsonValue
  readonly rewritten: JsonValue
  readonly decisions: readonly Decision[]
  readonly lookup: FormulaLookup
  readonly place: (pointer: string) => string
}

/** None for a pod spec in which nothing was rewritten. */
export function explainTemplate(
  pod: PodReferences,
  { value, rewritten, decisions, lookup, place }: RewrittenDocument,
): Explanation[] {
  const [first] = pod.containers
  const { pointer, owner } = pod.podSpec
  const spec = valueAt(rewritten, pointer)
  if (first === undefined || !isObject(spec)) return []
  const around = owner === undefined ? undefined : valueAt(rewritten, owner.pointer)
  const metadata = isObject(around) ? (around['metadata'] ?? {}) : {}
  const template: JsonObject = { metadata, spec }
  const containers = readContainers(template)
  const prepared = (reference: string): PreparedFormula | undefined => {
    const found = lookup.get(reference)
    return found === undefined || 'unusable' in found ? undefined : found
  }
  const rewrite = explainRewrite({ pod: template, containers, prepared })
  if (rewrite === undefined) return []
  return [
    {
      ...outermost(value, pointer),
      where: place(first.pointer),
      rewrite: withDecisions(rewrite, decisions, pointer),
      leftAlone: leftAlone(containers, readOrders(template)),
      warnings: [
        ...misplacedAnnotations(value, pod).map(noteSentence),
        ...pod.nearly.map(
          ({ name }) => `${quote(name)}: ${skipReasons['nearly-a-reference']}`,
        ),
      ],
    },
  ]
}

/** What was noted is known here: it need not be worked out again. */
function withDecisions(
  rewrite: Rewrite,
  decisions: readonly Decision[],
  pointer: string,
): Rewrite {
  const containers = rewrite.containers.map((container): FormulaContainer => {
    const decision = decisions.find(
      (each) =>
        each.container === container.name && each.pointer.startsWith(`${pointer}/`),
    )
    if (decision?.kind !== 'rewritten') return container
    const { image, notes } = decision
    return { ...container, reference: image, notes: notes.map(remarkOf) }
  })
  return { ...rewrite, containers }
}

/** The object of the document, or the item of its List, that holds the pod spec. */
function outermost(
  value: JsonValue,
  pointer: string,
): Pick<Explanation, 'kind' | 'name' | 'namespace'> {
  const [list = '', index = ''] = parsePointer(pointer)
  const item = list === 'items' ? valueAt(value, `/items/${index}`) : value
  const metadata = isObject(item) ? item['metadata'] : undefined
  const namespace = memberString(metadata, 'namespace')
  return {
    kind: memberString(item, 'kind') ?? 'Pod',
    name: memberString(metadata, 'name') ?? memberString(metadata, 'generateName') ?? '',
    ...(namespace !== undefined && { namespace }),
  }
}

function valueAt(value: JsonValue, pointer: string): JsonValue {
  let found: JsonValue = value
  for (const step of parsePointer(pointer)) {
    if (isArray(found)) found = found[Number(step)] ?? null
    else found = isObject(found) ? (found[step] ?? null) : null
  }
  return found
}
