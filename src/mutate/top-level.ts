// Which top-level entries of a root are mounted (rootfs.md §2): a volume cannot stand at `/`.

import type { Formula } from '../formula/formula.ts'
import type { WareEntry, WareIndex } from '../ware/ware-index.ts'
import { firstStep } from './container-path.ts'

/** The runtime's own: a volume there keeps the container from starting. */
const neverMounted = new Set(['dev', 'proc', 'sys'])

const usual =
  'bin sbin lib lib32 lib64 libx32 usr etc var opt root home srv tmp run mnt media'.split(
    ' ',
  )

/** Where the fetcher writes the parts of a Warpforge script. */
export const scriptDirectory = '/.warpforge.container/script'

/**
 * Names of top-level entries, each once, bytewise sorted: exactly those of the ware when its
 * index is known, else the usual ones; in both cases with what the formula puts beside them.
 */
export function topLevelEntries(
  formula: Formula,
  index: WareIndex | undefined,
): readonly string[] {
  const found = index === undefined ? usual : mountableEntries(index)
  const names = found.filter((name) => !neverMounted.has(name))
  return withPaths([...new Set(names)].sort(), pathsOfFormula(formula))
}

/** `names` with the first step of each path; the same array when that adds nothing. */
export function withPaths(
  names: readonly string[],
  paths: readonly string[],
): readonly string[] {
  const steps = paths.flatMap((path) => firstStep(path) ?? [])
  const added = steps.filter((step) => !names.includes(step) && !neverMounted.has(step))
  return added.length === 0 ? names : [...new Set([...names, ...added])].sort()
}

function pathsOfFormula(formula: Formula): string[] {
  const { action } = formula
  return [
    ...formula.inputs.map((input) => input.path),
    ...formula.outputs.map((output) => output.path),
    ...(action.cradle ? [action.cwd, action.user.homedir, '/tmp'] : []),
    ...(action.program.kind === 'script' ? [scriptDirectory] : []),
  ]
}

/** A dangling link, or one in a loop, has nothing behind it that could be mounted. */
function mountableEntries(index: WareIndex): string[] {
  const entries = new Map(index.entries.map((entry) => [entry.name, entry]))
  const reaching = new Map<string, boolean>()
  for (const { name } of index.entries) {
    const chain: string[] = []
    let at: string | undefined = name
    while (at !== undefined && !reaching.has(at)) {
      const entry: WareEntry | undefined = entries.get(at)
      if (entry?.kind !== 'link') break
      chain.push(at)
      reaching.set(at, false) // until its end is known; met again, it is a loop
      at = firstStep(entry.target ?? '')
    }
    const reaches = at !== undefined && (reaching.get(at) ?? entries.has(at))
    for (const link of chain) reaching.set(link, reaches)
  }
  return index.entries
    .map((entry) => entry.name)
    .filter((name) => reaching.get(name) ?? true)
}
