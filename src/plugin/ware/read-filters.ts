// `--filters uid=0,mtime=@0`: words by name over a preset (wares.md §6).

import { quote, R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import {
  filterPresets,
  isFilterName,
  readFilterWord,
  whyUnknownFilter,
  type FilterDirection,
  type FilterName,
  type FilterPreset,
} from '../../ware/filters.ts'
import { nearestWord } from '../../ware/nearest-word.ts'

type PresetName = keyof typeof filterPresets

const presets: Readonly<Record<FilterDirection, Readonly<Record<string, PresetName>>>> = {
  pack: {
    conservative: 'pack-conservative',
    flatten: 'pack-flatten',
    lossless: 'pack-lossless',
    warpforge: 'warpforge-pack',
  },
  unpack: {
    conservative: 'unpack-conservative',
    'low-privilege': 'unpack-low-privilege',
    lossless: 'unpack-lossless',
    warpforge: 'warpforge-unpack',
  },
}

/** @throws R2k8sError usage with everything that is wrong */
export function readFilters(
  text: string | undefined,
  preset: PresetName,
  direction: FilterDirection,
): FilterPreset {
  const words: Record<FilterName, string> = { ...filterPresets[preset] }
  if (text === undefined) return words
  const problems: Problem[] = []
  const refuse = (why: string): void => {
    problems.push({ code: 'usage', task: `understand --filters ${quote(text)}`, why })
  }
  const seen = new Set<string>()
  text.split(',').forEach((part, i) => {
    const [name = '', ...rest] = part.split('=')
    if (rest.length === 0 && i === 0) {
      const chosen = Object.hasOwn(presets[direction], name)
        ? presets[direction][name]
        : undefined
      if (chosen === undefined) refuse(whyNoPreset(name, direction))
      else Object.assign(words, filterPresets[chosen])
      return
    }
    if (!isFilterName(name)) {
      refuse(whyUnknownFilter(name))
      return
    }
    if (seen.has(name)) refuse(`the filter ${quote(name)} is given twice`)
    seen.add(name)
    const read = readFilterWord(name, rest.join('='), direction)
    if ('why' in read) refuse(read.why)
    else words[name] = read.word
  })
  throwIfAny(problems)
  return words
}

function whyNoPreset(word: string, direction: FilterDirection): string {
  const known = Object.keys(presets[direction])
  const nearest = nearestWord(word, known)
  if (nearest !== undefined)
    return `${quote(word)} is no preset; did you mean "${nearest}"?`
  return `${quote(word)} is neither name=value nor one of the presets ${known.join(', ')}`
}

/** For those who catch errors of one kind. */
export function usageProblem(
  task: string,
  why: string,
  hints: readonly string[] = [],
): R2k8sError {
  return new R2k8sError([
    { code: 'usage', task, why, ...(hints.length > 0 && { hints }) },
  ])
}
