// A tree on disk as a stream of records, sorted and without following links: what packing reads.

import { setImmediate } from 'node:timers/promises'
import type { EntrySink } from '../ware/entry.ts'
import type { Report } from '../ware/transfer-event.ts'
import { walkSteps, type WalkOptions, type WalkStart } from './walk-steps.ts'

/**
 * Times are cut to whole seconds, as packing wants them. A lone file is the record `.`, and so is
 * anything else that is no directory. xattrs are left alone.
 * @returns `missing` when nothing is there
 * @throws R2k8sError pack-invalid for what cannot be read, or changes while it is
 */
export async function walkTree(
  start: string | WalkStart,
  sink: EntrySink,
  report: Report,
  options: WalkOptions = {},
): Promise<'walked' | 'missing'> {
  const steps = walkSteps({ start, sink, report, options })
  try {
    for (;;) {
      const step = steps.next()
      if (step.done === true) return step.value
      // Without a pause of the sink's, the loop lets others run: signals, uploads, progress.
      await (step.value ?? setImmediate())
    }
  } finally {
    steps.return('walked')
  }
}
