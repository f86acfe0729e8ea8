// Archives that wait in the volume for the client to fetch them, where no warehouse takes them.

import { lstatSync, rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { OutputOrder, PackPlan } from '../mutate/pack-plan.ts'
import { temporaryPrefix } from './volume.ts'

/** Beside the tree, where no program of the pod sees it. */
export function heldPlace({ outputs }: PackPlan, output: OutputOrder): string {
  return `${output.root}/${temporaryPrefix}held-${outputs.indexOf(output)}`
}

/** The plan, with an address for each output that is held. */
export function withHeldPlaces(plan: PackPlan): PackPlan {
  return {
    ...plan,
    outputs: plan.outputs.map((output) =>
      output.held === undefined
        ? output
        : {
            ...output,
            addresses: [...output.addresses, pathToFileURL(heldPlace(plan, output)).href],
          },
    ),
  }
}

/** Bytes of the archives that are there, by name of the output. */
export function heldSizes(plan: PackPlan): Readonly<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const output of plan.outputs) {
    if (output.held === undefined) continue
    const stats = lstatSync(heldPlace(plan, output), { throwIfNoEntry: false })
    if (stats?.isFile() === true) sizes[output.name] = stats.size
  }
  return sizes
}

export function dropHeld(plan: PackPlan): void {
  for (const output of plan.outputs) {
    if (output.held !== undefined) rmSync(heldPlace(plan, output), { force: true })
  }
}
