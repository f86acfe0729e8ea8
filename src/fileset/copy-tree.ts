// A tree once more, elsewhere: out of the cache, or to another file system.

import { mkdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { R2k8sError } from '../errors.ts'
import { rawTextFromUtf8 } from '../ware/raw-text.ts'
import { isSystemError, refusal, withProblem } from './fileset-problem.ts'
import { openTreeWriter, type TreeWriter } from './tree-writer.ts'
import { walkSteps, type Pause } from './walk-steps.ts'

/**
 * Keeps modes, times and links, and owners where root copies. On failure `to` holds a part.
 * @param to made when missing, else an empty directory; becomes a file where `from` is one
 */
export async function copyTree(from: string, to: string): Promise<void> {
  const writer = openCopy(to)
  const steps = copySteps(from, writer)
  try {
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      await (step.value ?? setImmediate())
    }
    await writer.finishInTurns()
  } finally {
    steps.return()
    writer.close()
  }
}

/** The same without letting anybody else run. */
export function copyTreeNow(from: string, to: string): void {
  const writer = openCopy(to)
  try {
    for (const pause of copySteps(from, writer)) void pause
    writer.finish()
  } finally {
    writer.close()
  }
}

const task = 'copy the files'

function openCopy(to: string): TreeWriter {
  withProblem(task, rawTextFromUtf8(to), () => {
    try {
      mkdirSync(to, 0o700)
    } catch (error) {
      if (!isSystemError(error, 'EEXIST')) throw error
    }
  })
  return openTreeWriter(to, { owners: 'keep-if-root' })
}

function* copySteps(from: string, writer: TreeWriter): Generator<Pause, void> {
  const walk = {
    start: from,
    sink: writer,
    report: () => undefined,
    // Trees of ours alone are copied.
    options: { precision: 'nanoseconds', leaps: true },
  } as const
  try {
    const outcome = yield* walkSteps(walk)
    if (outcome === 'walked') return
  } catch (error) {
    throw asProblemOfCopying(error)
  }
  throw refusal('local-cache-problem', task, 'they are gone')
}

/** Nobody packs here: what cannot be read lies in the cache. */
function asProblemOfCopying(error: unknown): unknown {
  if (!(error instanceof R2k8sError) || error.code !== 'pack-invalid') return error
  const why = error.problems[0].why
  return new R2k8sError([{ code: 'local-cache-problem', task, why }], { cause: error })
}
