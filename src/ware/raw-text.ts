// Raw bytes as text (see `RawText`), and the way to and from text for people.

import { Buffer } from 'node:buffer'
import type { RawText } from './entry.ts'

export function rawTextOf(bytes: Uint8Array): RawText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

export function rawBytesOf(text: RawText): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** The bytes of a text in UTF-8: how a path of the user's becomes a raw one. */
export function rawTextFromUtf8(text: string): RawText {
  return isAscii(text) ? text : rawTextOf(Buffer.from(text, 'utf8'))
}

/** For messages: what is valid UTF-8 reads as such, the rest as U+FFFD. */
export function displayText(raw: RawText): string {
  return isAscii(raw) ? raw : Buffer.from(raw, 'latin1').toString('utf8')
}

function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text)
}
