// A plot from its file, with the name that the module beside it gives it.

import { throwIfAny, type Problem } from '../../errors.ts'
import type { PlotPlan } from '../../plot/plan-plot.ts'
import { maxDocumentBytes } from '../../plot/read-document.ts'
import { readModule } from '../../plot/read-module.ts'
import { readPlot } from '../../plot/read-plot.ts'
import type { Io } from '../io.ts'
import { readText } from '../read-text.ts'
import type { PlotFile } from './find-target.ts'

/** @throws R2k8sError with every problem of both files */
export async function readPlotFile(
  { file, module }: PlotFile,
  io: Io,
): Promise<{ readonly plan: PlotPlan; readonly name: string | undefined }> {
  const named =
    module === undefined
      ? undefined
      : readModule(await textOf(module, 'module', io), module)
  const plot = readPlot(await textOf(file, 'plot', io), file)
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

async function textOf(path: string, what: 'module' | 'plot', io: Io): Promise<string> {
  const { text } = await readText(path, io, {
    task: `read the ${what}`,
    missing: 'formula-not-found',
    unfit: 'formula-invalid',
    maxBytes: maxDocumentBytes,
    pipes: false,
  })
  return text
}
