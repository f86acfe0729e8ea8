// A plot from its file, with the name that the module beside it gives it.

import { R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import type { PlotPlan } from '../../plot/plan-plot.ts'
import { maxDocumentBytes } from '../../plot/read-document.ts'
import { readModule } from '../../plot/read-module.ts'
import { readPlot } from '../../plot/read-plot.ts'
import type { Io } from '../io.ts'
import { readFileOrStdin } from '../read-file.ts'
import type { PlotFile } from './find-target.ts'

/** @throws R2k8sError with every problem of both files */
export async function readPlotFile(
  { file, module }: PlotFile,
  io: Io,
): Promise<{ readonly plan: PlotPlan; readonly name: string | undefined }> {
  const named =
    module === undefined
      ? undefined
      : readModule(await readText(module, 'module', io), module)
  const plot = readPlot(await readText(file, 'plot', io), file)
  throwIfAny([...problemsOf(named), ...problemsOf(plot)])
  if (!('plan' in plot)) throw new Error('a plot without problems has a plan')
  const name = named !== undefined && 'module' in named ? named.module.name : undefined
  return { plan: plot.plan, name }
}

function problemsOf(
  read: { readonly problems?: readonly Problem[] } | object | undefined,
): readonly Problem[] {
  return read !== undefined && 'problems' in read ? (read.problems ?? []) : []
}

async function readText(path: string, what: 'module' | 'plot', io: Io): Promise<string> {
  const bytes = await readFileOrStdin(path, io, {
    ...{
      task: `read the ${what}`,
      missing: 'formula-not-found',
      unfit: 'formula-invalid',
    },
    ...{ maxBytes: maxDocumentBytes, pipes: false },
  })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    const why = 'it is no UTF-8 text'
    const task = `read the ${what}`
    throw new R2k8sError([{ code: 'formula-invalid', task, where: path, why }])
  }
}
