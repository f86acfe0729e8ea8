// A formula in another dialect, where the other dialect can say all of it.

import type { Problem } from '../errors.ts'
import type { TextReader } from '../located.ts'
import { timelessToWarpforge } from './convert-timeless.ts'
import { warpforgeToTimeless } from './convert-warpforge.ts'
import type { Conversion, Loss } from './conversion.ts'
import { dialectName, type Problems } from './problem-log.ts'
import { readDocument, readFormula } from './read-formula.ts'

/**
 * The same formula as pretty JSON, or every way in which it would become another one. The result
 * has an ID of its own: identities never carry over between dialects.
 */
export function convertFormula(
  text: string,
  file: string,
  to: 'warpforge' | 'timeless',
  readYaml: TextReader,
): { text: string } | { problems: Problems } {
  // A formula that cannot run is not worth converting, and its problems come first.
  const valid = readFormula(text, file, readYaml)
  if ('problems' in valid) return valid
  const read = readDocument(text, file, readYaml)
  if ('problems' in read) return read
  if (read.dialect === to) return { text }
  const conversion = convert(read)
  const task = `convert the ${dialectName[read.dialect]} formula to ${dialectName[to]}`
  const [first, ...others] = conversion.losses.map((loss) => describe(task, file, loss))
  if (first !== undefined) return { problems: [first, ...others] }
  return { text: `${JSON.stringify(conversion.document, null, 2)}\n` }
}

function convert(
  read: Exclude<ReturnType<typeof readDocument>, { problems: Problems }>,
): Conversion {
  switch (read.dialect) {
    case 'timeless':
      return timelessToWarpforge(read.document)
    case 'warpforge':
      return warpforgeToTimeless(read.document)
    case 'legacy':
      return { document: null, losses: [legacyLoss] }
  }
}

/** Even a formula with git inputs alone: what the cradle prepares differs, and outputs hash anew. */
const legacyLoss: Loss = {
  member: 'inputs',
  why: 'legacy hashes are of a hash space of their own, which no other dialect can name',
  hint: 'unpack the wares, pack them again with a tool of that dialect, and write the formula anew',
}

function describe(task: string, file: string, { member, why, hint }: Loss): Problem {
  return {
    code: 'formula-invalid',
    task,
    where: file,
    why: `${member}: ${why}`,
    ...(hint === undefined ? {} : { hints: [hint] }),
  }
}
