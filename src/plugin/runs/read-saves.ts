// The addresses of --save: `/task/out=ca+https://wares.example/`, or an address alone for all outputs.
// Files may be written short, as `file:./out.tar.gz`.

import { quote, throwIfAny, type Problem } from '../../errors.ts'
import type { Save } from '../../run/order-outputs.ts'
import { parseWarehouseAddress } from '../../ware/warehouse-address.ts'

/** What has outputs that can be saved. */
export interface Saved {
  readonly outputs: readonly { readonly name: string; readonly path: string }[]
  /** As messages call it. */
  readonly owner: string
}

/** @throws R2k8sError usage with all that is wrong with any of them */
export function readSaves(texts: readonly string[], { outputs, owner }: Saved): Save[] {
  const problems: Problem[] = []
  const saves = texts.map((text): Save => {
    const { output, address: written } = splitSave(text, outputs)
    const address = spellOutFile(written)
    const refuse = (why: string, hint: string): void => {
      problems.push({ code: 'usage', task: 'use --save', why, hints: [hint] })
    }
    const names = outputs.map(({ name }) => quote(name)).join(', ')
    if (outputs.length === 0)
      refuse(`${owner} has no outputs`, 'declare what it makes as outputs')
    else if (output !== undefined && !outputs.some(({ name }) => name === output))
      refuse(`there is no output ${quote(output)}`, `${owner} has ${names}`)
    const parsed = parseWarehouseAddress(address, 'tar')
    if ('why' in parsed)
      refuse(parsed.why, 'write it as --save /task/out=ca+https://wares.example/')
    return { ...(output !== undefined && { output }), address }
  })
  throwIfAny(problems)
  return saves
}

/** `file:./out.tgz` is short for `file://./out.tgz`. */
export function spellOutFile(address: string): string {
  return address.replace(/^((?:ca\+)?file):(?!\/\/)/, '$1://')
}

/** Outputs and addresses may hold equals signs, too. */
function splitSave(text: string, outputs: Saved['outputs']): Save {
  for (let at = text.lastIndexOf('='); at >= 0; at = text.lastIndexOf('=', at - 1)) {
    const before = text.slice(0, at)
    const found =
      outputs.find(({ name }) => name === before) ??
      outputs.find(({ path }) => path === before)
    if (found !== undefined) return { output: found.name, address: text.slice(at + 1) }
    if (at === 0) break
  }
  const equals = text.indexOf('=')
  if (equals < 0 || /^[a-z0-9+]+:/i.test(text)) return { address: text }
  return { output: text.slice(0, equals), address: text.slice(equals + 1) }
}
