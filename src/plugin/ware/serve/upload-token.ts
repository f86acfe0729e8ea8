// The token that lets uploads in: where it comes from, and how a request's is compared with it.

import { createHash, timingSafeEqual } from 'node:crypto'
import { R2k8sError } from '../../../errors.ts'
import type { Io } from '../../io.ts'
import { readFile } from '../../read-file.ts'

export const tokenVariable = 'R2K8S_WAREHOUSE_TOKEN'

const task = 'let uploads in'

/** @throws R2k8sError usage without a token that can stand in a header */
export function readUploadToken(tokenFile: string | undefined, io: Io): string {
  const written =
    tokenFile === undefined ? io.env[tokenVariable] : readTokenFile(tokenFile, io)
  const token = written?.trim() ?? ''
  if (/^[\x21-\x7e]{1,1024}$/.test(token)) return token
  const why =
    token === ''
      ? 'there is no token'
      : 'the token has spaces or odd characters, or is too long'
  const hints = [
    `put one into the variable ${tokenVariable} or into --token-file; for example: openssl rand -hex 32`,
  ]
  throw new R2k8sError([{ code: 'usage', task, why, hints }])
}

function readTokenFile(path: string, io: Io): string {
  const reading = {
    task,
    missing: 'usage',
    unfit: 'usage',
    maxBytes: 4096,
    pipes: true,
  } as const
  return new TextDecoder().decode(readFile(path, io, reading))
}

/** @param header the request's Authorization */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? '')?.[1]
  if (given === undefined) return false
  // Of equal length, and without telling how far they agree.
  return timingSafeEqual(digestOf(given), digestOf(token))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
