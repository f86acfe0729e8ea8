// The files of --credentials: what becomes the Secret of a run.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { quote, R2k8sError } from '../../errors.ts'
import { credentialFiles } from '../../host/credential-files.ts'
import { explainSystemError } from '../../system-error.ts'
import { nearestWord } from '../../ware/nearest-word.ts'
import type { Io } from '../io.ts'

/**
 * Base64 by file name; undefined when there are none to send.
 * @param warn of files that nothing reads: a name that is mistyped looks like a login that is refused
 * @throws R2k8sError usage
 */
export function readCredentials(
  directory: string | undefined,
  { cwd }: Io,
  warn: (message: string) => void,
): Readonly<Record<string, string>> | undefined {
  if (directory === undefined) return undefined
  const task = `read the credentials in ${quote(directory)}`
  const refuse = (why: string): R2k8sError =>
    new R2k8sError([{ code: 'usage', task, why, hints: [hint] }])
  const path = resolve(cwd, directory)
  const data: Record<string, string> = {}
  const unknown: string[] = []
  let bytes = 0
  try {
    for (const name of readdirSync(path).sort()) {
      if (isMistaken(name)) unknown.push(name)
      if (name.startsWith('.') && name !== '.dockerconfigjson') continue
      const file = join(path, name)
      const stats = statSync(file)
      bytes += stats.size
      if (!isKey(name)) throw refuse(`${quote(name)} cannot be a key of a Secret`)
      if (!stats.isFile()) throw refuse(`${quote(name)} is no file`)
      if (bytes > mostBytes) throw refuse('they are more than a Secret can hold')
      data[name] = readFileSync(file).toString('base64')
    }
  } catch (error) {
    if (error instanceof R2k8sError) throw error
    throw refuse(explainSystemError(error))
  }
  if (Object.keys(data).length === 0) throw refuse('it has no files')
  if (unknown.length > 0) warn(describeUnknown(unknown, directory))
  return data
}

/** Hidden files are left out, and worth a word only where one is meant, as in a copy of ~/.netrc. */
function isMistaken(name: string): boolean {
  const isKnown = credentialFiles.some((each) => each === name)
  return !isKnown && (!name.startsWith('.') || nearestName(name) !== undefined)
}

function nearestName(name: string): string | undefined {
  return nearestWord(name.replace(/^\./, ''), credentialFiles)
}

function describeUnknown(names: readonly string[], directory: string): string {
  const told = names.map((name) => {
    const near = nearestName(name)
    return `${quote(name)}${near === undefined ? '' : ` (did you mean ${near}?)`}`
  })
  const known = credentialFiles.join(', ')
  return `of the credentials in ${quote(directory)}, nothing reads ${told.join(', ')}; names that mean something: ${known}`
}

const hint =
  'a file per credential, named as in docs/wares.md: token, netrc, AWS_ACCESS_KEY_ID'

/** Of a Secret: a mebibyte, with room for its base64. */
const mostBytes = 700 * 1024

function isKey(name: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(name)
}
