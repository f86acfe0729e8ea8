// Limits as the command line and the environment write them: `entries=1000,bytes=10Gi`.

import { quote } from '../errors.ts'
import { parseQuantity } from '../mutate/quantity.ts'
import { nearestWord } from '../ware/nearest-word.ts'
import type { UnpackLimits } from '../ware/unpack-limits.ts'

const names = {
  entries: 'entries',
  bytes: 'bytes',
  'path-bytes': 'pathBytes',
  ratio: 'ratio',
} as const satisfies Readonly<Record<string, keyof UnpackLimits>>

/** Those that `text` gives, over `base`. */
export function readLimits(
  text: string,
  base: UnpackLimits,
): { limits: UnpackLimits } | { why: string } {
  const limits: Record<keyof UnpackLimits, number> = { ...base }
  const seen = new Set<string>()
  for (const part of text.split(',')) {
    const [name = '', value = ''] = part.split('=', 2)
    if (!isLimit(name)) return { why: whyUnknown(name) }
    if (seen.has(name)) return { why: `the limit ${quote(name)} is given twice` }
    seen.add(name)
    const quantity = parseQuantity(value)
    const number = quantity === undefined ? NaN : Number(quantity / 1_000_000_000n)
    if (!Number.isSafeInteger(number) || number < 1) {
      return {
        why: `${quote(value)} is no limit for ${name}: write a number from 1 on, as 5000 or 10Gi`,
      }
    }
    limits[names[name]] = number
  }
  return { limits }
}

function isLimit(name: string): name is keyof typeof names {
  return Object.hasOwn(names, name)
}

function whyUnknown(name: string): string {
  const nearest = nearestWord(name, Object.keys(names))
  const hint =
    nearest === undefined
      ? `known are ${Object.keys(names).join(', ')}`
      : `did you mean "${nearest}"?`
  return `${quote(name)} is no limit; ${hint}`
}
