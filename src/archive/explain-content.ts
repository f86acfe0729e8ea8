// What bytes are that are no archive of the kind that was wanted: servers send pages in the place of
// files, and packtypes are mixed up.

import type { RawText } from '../ware/entry.ts'
import { detectCompression } from '../ware/compression.ts'
import { rawTextOf } from '../ware/raw-text.ts'
import { blockSize, isTarHeader } from '../ware/tar/tar-header.ts'

/** The start of what was read, as much as tells one thing from another. */
export const headBytes = blockSize

/** @returns undefined for what begins like a tar, so that its own fault is what counts */
export function whyNoTar(head: Uint8Array): string | undefined {
  const block = rawTextOf(head)
  if (isZip(block)) return 'it is a zip archive and no tar: use the packtype zip'
  if (head.length === headBytes && (isTarHeader(block) || !/[^\0]/.test(block))) {
    return undefined
  }
  const kind = kindOfText(head)
  if (kind !== undefined) return `it is ${kind}, no archive`
  // A header that is not all there cannot be told from anything else.
  return head.length < headBytes ? undefined : 'it is no tar archive'
}

/** @returns undefined for what begins like a zip */
export function whyNoZip(head: Uint8Array): string | undefined {
  const block = rawTextOf(head)
  if (isZip(block)) return undefined
  const compression = detectCompression(head)
  if (compression !== 'none') {
    return `it is compressed with ${compression}, as tar archives are: use the packtype tar`
  }
  if (head.length === headBytes && isTarHeader(block)) {
    return 'it is a tar archive and no zip: use the packtype tar'
  }
  const kind = kindOfText(head)
  return kind === undefined ? 'it is no zip archive' : `it is ${kind}, no archive`
}

/** Of a member, of an archive without any, of one in parts. */
function isZip(block: RawText): boolean {
  return /^PK(?:\x03\x04|\x05\x06|\x07\x08)/.test(block)
}

function kindOfText(head: Uint8Array): string | undefined {
  const text = readText(head)?.trimStart()
  if (text === undefined || text === '') return undefined
  if (/^(?:<!--[^]*?-->\s*)*<(?:!doctype html|html|head|body|title)\b/i.test(text)) {
    return 'HTML'
  }
  if (/^<(?:\?xml|[A-Za-z!])/.test(text)) return 'XML'
  return /^(?:\{\s*["}]|\[\s*[[{"\]])/.test(text) ? 'JSON' : 'text'
}

/** `undefined` for bytes that no text has. A character cut at the end is none of its faults. */
function readText(head: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    // Of the control characters those of line ends and tabs, and escapes of coloured logs.
    return /[^\t\n\f\r\x1b\P{Cc}]/u.test(text) ? undefined : text
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
