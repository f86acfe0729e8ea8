// What becomes of the pods that a workload has yet to make, from the references of its template. No I/O.

import { quote } from '../../errors.ts'
import { member, memberString, type JsonObject } from '../../json.ts'
import { collectReferences } from '../../mutate/collect-references.ts'
import type { FormulaReference } from '../../mutate/formula-reference.ts'
import type { FormulaReadings } from './formula-facts.ts'
import type { NextStep } from './model.ts'
import type { SwitchedOff } from './read-switch.ts'

export interface Prerequisites {
  /** The Formula objects that the template names. */
  readonly formulas?: FormulaReadings
  readonly switchedOff?: SwitchedOff
}

export interface Prospect {
  readonly message: string
  /** Absent where nothing is known to stand in the way. */
  readonly nextStep?: NextStep
}

export interface TemplateReference {
  readonly image: string
  readonly reference: FormulaReference
}

/** Each once, in the order of the template. */
export function templateReferences(object: JsonObject): readonly TemplateReference[] {
  const found = collectReferences(object, { paths: true })
    .flatMap(({ containers }) => containers)
    .map(({ image, reference }) => [image, { image, reference }] as const)
  return [...new Map(found).values()]
}

/** Undefined for a template without a reference. */
export function foresee(
  object: JsonObject,
  { formulas = new Map(), switchedOff }: Prerequisites,
): Prospect | undefined {
  const namespace = memberString(object['metadata'], 'namespace') ?? ''
  const references = templateReferences(object)
  if (references.length === 0) return undefined
  const obstacles = references.flatMap((each) => obstacleOf(each, formulas, namespace))
  const all = switchedOff === undefined ? obstacles : [switchedOff, ...obstacles]
  const [first] = all
  if (first !== undefined) {
    const message = `its pods would be refused: ${all.map(({ why }) => why).join('; ')}`
    return { message, nextStep: first.nextStep }
  }
  const isThere = ({ reference }: TemplateReference) =>
    reference.kind === 'named' && formulas.get(reference.name)?.kind === 'found'
  const images = references.map(({ image }) => image).join(', ')
  return references.every(isThere)
    ? { message: `what it is to run is there: ${images}` }
    : { message: `it is to run ${images}, which may not be read` }
}

interface Obstacle {
  readonly why: string
  readonly nextStep: NextStep
}

function obstacleOf(
  { image, reference }: TemplateReference,
  formulas: FormulaReadings,
  namespace: string,
): Obstacle[] {
  switch (reference.kind) {
    case 'nearly':
      return []
    case 'malformed':
      return [
        {
          why: `${quote(image)} is no formula reference: ${reference.why}`,
          nextStep: { text: `correct the image of its template: ${reference.hint}` },
        },
      ]
    case 'path':
      return [
        {
          why: `${quote(image)} is a path, which means nothing in a cluster`,
          nextStep: {
            text: 'push the formulas that the manifest names, and apply what comes out',
            command: `kubectl r2k8s push -f MANIFEST -n ${namespace} | kubectl apply -n ${namespace} -f -`,
          },
        },
      ]
    case 'named':
      return namedObstacle(reference, image, { formulas, namespace })
  }
}

interface NamedContext {
  readonly formulas: FormulaReadings
  readonly namespace: string
}

function namedObstacle(
  { name, formulaId }: Extract<FormulaReference, { kind: 'named' }>,
  image: string,
  { formulas, namespace }: NamedContext,
): Obstacle[] {
  const reading = formulas.get(name)
  if (reading?.kind === 'missing') {
    const text = 'push the formula under this name'
    const command = `kubectl r2k8s push FORMULA --name ${name} -n ${namespace}`
    const why = `there is no formula ${quote(image)} in namespace "${namespace}"`
    return [{ why, nextStep: { text, command } }]
  }
  const id =
    reading?.kind === 'found' ? memberString(member(reading.object, 'spec'), 'id') : ''
  if (formulaId === undefined || !id || id === formulaId) return []
  const text = `pin ${id} in the image, or push the formula that was meant under another name`
  const why = `${quote(image)} pins an ID, but the formula's is ${id}`
  return [{ why, nextStep: { text } }]
}
