// What a push stores of each formula: the indexes of its wares and the warehouses that pods ask.

import { throwIfAny, type Problem } from '../../errors.ts'
import type { Policy } from '../../formula/formula.ts'
import { readFormulaObject } from '../../formula/formula-object.ts'
import {
  writeFormulaObject,
  type FormulaContent,
} from '../../formula/write-formula-object.ts'
import { readYamlText } from '../../manifest/read-yaml-text.ts'
import { noteLevel, noteSentence } from '../../mutate/decisions.ts'
import { prepareFormula, type PreparedFormula } from '../../mutate/prepared-formula.ts'
import type { Settings } from '../../mutate/settings.ts'
import { sourcesForPods } from '../../mutate/warehouses.ts'
import { append } from '../append.ts'
import type { FormulaFile } from '../formula/formula-files.ts'
import type { Io } from '../io.ts'
import type { PlacedNote } from '../manifests/warnings.ts'
import type { Terminal } from '../terminal.ts'
import { openIndexLoader } from '../ware-index/load-indexes.ts'

export interface Readying {
  readonly sources: readonly string[]
  readonly index: boolean
  readonly settings: Settings
  readonly io: Io
  readonly terminal: Terminal
}

export interface ReadyFormulas {
  readonly contents: ReadonlyMap<FormulaFile, FormulaContent>
  readonly notes: readonly PlacedNote[]
}

/** @throws R2k8sError with what is wrong with any of them */
export async function readyFormulas(
  files: Iterable<FormulaFile>,
  options: Readying,
): Promise<ReadyFormulas> {
  const { sources, index } = options
  const preparing = { settings: { ...options.settings, allowedPolicies }, sources: [] }
  const contents = new Map<FormulaFile, FormulaContent>()
  const problems: Problem[] = []
  const notes: PlacedNote[] = []
  const loader = openIndexLoader({ ...options, everywhere: true })
  const stored = sourcesForPods(sources)
  try {
    for (const file of files) {
      const { formula, text } = file
      // What no pod can run needs no index.
      const before = prepareFormula({ ...file, sources }, preparing)
      const wrong = problemsOf(before, file)
      append(problems, wrong)
      if (wrong.length > 0) continue
      const { indexes } = index ? await loader.complete(file) : file
      const content = { formula, text, indexes, sources: stored }
      contents.set(file, content)
      append(problems, unreadable(content, file))
      const prepared = prepareFormula({ formula, indexes, sources }, preparing)
      for (const note of prepared.notes) {
        if (noteLevel(note) !== 'warning') continue
        notes.push({ where: () => file.file, text: noteSentence(note) })
      }
    }
  } finally {
    await loader.close()
  }
  append(problems, loader.problems.map(withWayOut))
  throwIfAny(problems)
  return { contents, notes }
}

/** Whether pods may have them is up to the settings of the cluster, at the time. */
const allowedPolicies: readonly Policy[] = ['routine', 'governor', 'sysad']

/** What keeps every pod from running it, whatever its settings. */
function problemsOf(prepared: PreparedFormula, { file }: FormulaFile): Problem[] {
  return [
    ...prepared.problems,
    ...prepared.refusals.map(({ why, hint }) => ({
      code: 'formula-invalid' as const,
      task: 'run the formula in a pod',
      where: file,
      why,
      hints: [hint],
    })),
  ]
}

/** The cluster reads it in the same way: what it would not take is told here. */
function unreadable(content: FormulaContent, { file }: FormulaFile): Problem[] {
  const object = writeFormulaObject({ name: 'x' }, content)
  const read = readFormulaObject(object, readYamlText)
  if ('object' in read) return []
  return read.problems.map(({ pointer = '', why }) => {
    const problem: Problem = {
      code: 'formula-invalid',
      task: 'push the formula',
      where: file,
      why: `${pointer.replace('/spec', '')}: ${why}`,
    }
    return pointer.startsWith('/spec/wares') ? withWayOut(problem) : problem
  })
}

function withWayOut(problem: Problem): Problem {
  const hint =
    '--no-index pushes without: pods then mount the usual top-level directories'
  return { ...problem, hints: [...(problem.hints ?? []), hint] }
}
