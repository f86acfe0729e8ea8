// What a PUT must be like before a byte of its body is read.

import type { IncomingMessage } from 'node:http'
import { quote } from '../../../errors.ts'
import { formatWareId, parseWareId, type WareId } from '../../../ware/ware-id.ts'
import type { Answer } from './exchange.ts'

/** Of the two packtypes that archives are of. */
export interface UploadId extends WareId {
  readonly packtype: 'tar' | 'zip'
}

/** Says what the body is; its hash is that of the path. */
export const wareHeader = 'r2k8s-ware'

/** @param pathId names the hash; without the header the ware is the tar of that hash */
export function checkUpload(
  { headers }: IncomingMessage,
  pathId: WareId,
  maxBytes: number,
): { wareId: UploadId } | { refusal: Answer } {
  if (headers['content-range'] !== undefined) {
    return refuse(400, 'a ware is uploaded whole, not in ranges')
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    return refuse(
      415,
      `a ware is stored as it is, not with the coding ${quote(encoding)}`,
    )
  }
  if (Number(headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes)
  const given = headers[wareHeader]
  const parsed = parseWareId(typeof given === 'string' ? given : formatWareId(pathId))
  if ('why' in parsed) return refuse(400, `R2k8s-Ware: ${parsed.why}`)
  const { wareId } = parsed
  const { packtype } = wareId
  if (packtype !== 'tar' && packtype !== 'zip') {
    return refuse(400, `a ${packtype} ware cannot be verified here`)
  }
  if (wareId.hash !== pathId.hash) {
    return refuse(400, 'R2k8s-Ware has another hash than the path')
  }
  return { wareId: { ...wareId, packtype } }
}

export function tooLarge(maxBytes: number): { refusal: Answer } {
  return refuse(413, `an upload may have ${maxBytes} bytes`)
}

function refuse(status: number, message: string): { refusal: Answer } {
  return { refusal: { status, body: { category: 'usage', message } } }
}
