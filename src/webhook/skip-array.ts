// The end of an array in bytes of JSON, without reading what is in it.

const quotationMark = 0x22
const backslash = 0x5c
const [openArray, closeArray] = [0x5b, 0x5d]
const [openObject, closeObject] = [0x7b, 0x7d]

/** Where the array or object that begins at `start` has ended; undefined when it never does. */
export function skipArray(json: Uint8Array, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < json.length; at++) {
    const byte = json[at]
    if (byte === quotationMark) at = endOfString(json, at)
    else if (byte === openArray || byte === openObject) depth++
    else if ((byte === closeArray || byte === closeObject) && --depth === 0) return at + 1
  }
  return undefined
}

/** Of its other quotation mark. */
function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== quotationMark)
    at += json[at] === backslash ? 2 : 1
  return at
}
