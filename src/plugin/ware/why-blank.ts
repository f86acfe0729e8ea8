// Why packing a path gave the blank ware: rio's answer for what is not there, easily a typing error.

import { lstatSync } from 'node:fs'
import { quote } from '../../errors.ts'

/** @param path as resolved; @param name as the user wrote it */
export function whyBlank(path: string, name: string): string {
  const found = lstatSync(path, { throwIfNoEntry: false })
  const what =
    found === undefined
      ? `there is no ${quote(name)}`
      : `${quote(name)} is neither a directory nor a file`
  return `${what}; nothing was stored`
}
