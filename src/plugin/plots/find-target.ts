// What the argument of `run` names: a formula, a plot, a module, or all modules below a directory.

import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { quote, R2k8sError } from '../../errors.ts'
import { compareBytes } from '../../formula/byte-order.ts'
import { explainSystemError, systemErrorCode } from '../../system-error.ts'
import type { Io } from '../io.ts'
import { usage } from '../runs/usage.ts'

export type Target =
  | { readonly kind: 'formula' }
  /** Their files, in the order of running. */
  | { readonly kind: 'plots'; readonly plots: readonly PlotFile[] }

export interface PlotFile {
  /** As the user calls it. */
  readonly file: string
  /** The `module.wf` beside it. */
  readonly module: string | undefined
}

/** A file says itself what it is. @throws R2k8sError when there is nothing that could run */
export function findTarget(argument: string, io: Io): Target {
  if (argument === '-') return { kind: 'formula' }
  if (argument === '...' || argument.endsWith('/...')) {
    const below = argument === '...' ? '.' : argument.slice(0, -'/...'.length) || '/'
    const found = [...modulesBelow(below, io.cwd)]
    return { kind: 'plots', plots: found.map((directory) => plotOf(directory)) }
  }
  const path = resolve(io.cwd, argument)
  const found = statOf(path)
  if (found?.isDirectory() === true)
    return { kind: 'plots', plots: [inDirectory(argument, io)] }
  if (found?.isFile() !== true) return { kind: 'formula' } // reading it says what is wrong
  const capsule = capsuleOf(readStart(path))
  if (capsule === 'module.v1')
    return { kind: 'plots', plots: [plotOf(dirname(argument), argument)] }
  if (capsule !== 'plot.v1') return { kind: 'formula' }
  const module = join(dirname(argument), moduleName)
  const isModule = exists(resolve(io.cwd, module))
  return {
    kind: 'plots',
    plots: [{ file: argument, module: isModule ? module : undefined }],
  }
}

const moduleName = 'module.wf'
const plotName = 'plot.wf'

function plotOf(directory: string, module = join(directory, moduleName)): PlotFile {
  return { file: join(directory, plotName), module }
}

function inDirectory(argument: string, { cwd }: Io): PlotFile {
  const isThere = (name: string) => exists(resolve(cwd, argument, name))
  if (isThere(moduleName)) return plotOf(argument)
  if (isThere(plotName)) return { file: join(argument, plotName), module: undefined }
  const why = `${quote(argument)} holds neither a "${moduleName}" nor a "${plotName}"`
  throw usage('run a module', why, `${join(argument, '...')} runs all modules below it`)
}

/** The only key of a document of Warpforge, which is JSON. */
function capsuleOf(text: string): string | undefined {
  return /^\uFEFF?\s*\{\s*"([a-z]+\.v\d+)"/.exec(text)?.[1]
}

/** Empty where it cannot be read: whoever reads it whole says why. */
function readStart(path: string): string {
  const start = Buffer.alloc(1024)
  try {
    const file = openSync(path, 'r')
    try {
      return start.toString('utf8', 0, readSync(file, start))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return ''
  }
}

/** In bytewise order. Hidden directories hold no modules of the user's. */
function* modulesBelow(directory: string, cwd: string): Generator<string> {
  const entries = readDirectory(directory, cwd)
  if (entries.some((entry) => entry.name === moduleName && !entry.isDirectory()))
    yield directory
  const inner = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .toSorted(compareBytes)
  for (const name of inner) yield* modulesBelow(join(directory, name), cwd)
}

function readDirectory(directory: string, cwd: string) {
  try {
    return readdirSync(resolve(cwd, directory), { withFileTypes: true })
  } catch (error) {
    const why = `${quote(directory)}: ${explainSystemError(error)}`
    const problem = { code: 'formula-not-found', task: 'find the modules', why } as const
    throw new R2k8sError([problem], { cause: error })
  }
}

function exists(path: string): boolean {
  return statOf(path) !== undefined
}

/** Whoever reads what cannot be looked at says why. */
function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  }
}
