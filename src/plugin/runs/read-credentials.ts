// The files of --credentials: what becomes the Secret of a run.

import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { quote, R2k8sError } from '../../errors.ts'
import { explainSystemError } from '../../system-error.ts'
import type { Io } from '../io.ts'

/** Base64 by file name; undefined when there are none to send. @throws R2k8sError usage */
export function readCredentials(
  directory: string | undefined,
  { cwd }: Io,
): Readonly<Record<string, string>> | undefined {
  if (directory === undefined) return undefined
  const task = `read the credentials in ${quote(directory)}`
  const refuse = (why: string): R2k8sError =>
    new R2k8sError([{ code: 'usage', task, why, hints: [hint] }])
  const path = resolve(cwd, directory)
  const data: Record<string, string> = {}
  let bytes = 0
  try {
    for (const name of readdirSync(path).sort()) {
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
  return data
}

const hint =
  'a file per credential, named as in docs/wares.md: token, netrc, AWS_ACCESS_KEY_ID'

/** Of a Secret: a mebibyte, with room for its base64. */
const mostBytes = 700 * 1024

function isKey(name: string): boolean {
  return /^[-._a-zA-Z0-9]{1,253}$/.test(name)
}
