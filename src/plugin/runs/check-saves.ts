// Whether outputs can be saved where they are to be, as far as that can be known before they are made.

import { quote, R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import type { OrderedOutputs } from '../../run/order-outputs.ts'
import { parseAll } from '../../transfer/addresses.ts'
import { openUploads } from '../../transfer/upload.ts'
import type { Runner } from './runner.ts'

/** Begins to write to places of this machine, and thinks better of it. @throws R2k8sError */
export async function checkSaves(
  { outputs, fetched }: OrderedOutputs,
  { transfer }: Runner,
): Promise<void> {
  const problems: Problem[] = []
  for (const { output, targets } of fetched) {
    const packtype = outputs.find(({ name }) => name === output)?.packtype ?? 'tar'
    const task = `save the output ${quote(output)}`
    for (const address of parseAll(targets, packtype, task)) {
      try {
        await (await openUploads([address], undefined, transfer)).discard()
      } catch (error) {
        if (!(error instanceof R2k8sError) || error.code === 'cancelled') throw error
        problems.push(...error.problems.map((problem) => ({ ...problem, task })))
      }
    }
  }
  throwIfAny(problems)
}

/** Their IDs are told, and their bytes are gone with the pod. */
export function tellUnsaved({ outputs }: OrderedOutputs, { output }: Runner): void {
  const names = outputs
    .filter(({ addresses, held }) => addresses.length === 0 && held === undefined)
    .map(({ name }) => name)
  if (names.length === 0) return
  const example = `--save ${names[0] ?? ''}=file:./out.tar.gz`
  output.log('info', `hashed and not saved: ${names.join(', ')} (${example} keeps one)`)
}
