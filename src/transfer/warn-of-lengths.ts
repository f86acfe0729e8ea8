// Paths that can be packed, but that unpacking refuses unless it is told otherwise.

import type { Entry, RawText } from '../ware/entry.ts'
import { quoteRaw } from '../ware/entry-path.ts'
import type { Report } from '../ware/transfer-event.ts'
import { defaultUnpackLimits } from '../ware/unpack-limits.ts'

export function createLengthCheck(report: Report) {
  const { pathBytes } = defaultUnpackLimits
  let first: RawText | undefined
  let count = 0
  let longest = 0
  return {
    add: ({ path, target }: Entry): void => {
      const length = Math.max(path.length, target.length)
      if (length <= pathBytes) return
      first ??= path
      count++
      longest = Math.max(longest, length)
    },
    /** Once, at the end. */
    tell: (): void => {
      if (first === undefined) return
      const where = `${quoteRaw(first)}${count === 1 ? '' : ` and ${count - 1} more`}`
      const message = `a path or link of ${longest} bytes is longer than the ${pathBytes} that unpacking takes by default; it needs --limits path-bytes=${longest}: ${where}`
      report({ kind: 'log', level: 'warn', message })
    },
  }
}
