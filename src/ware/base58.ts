// base58 with Bitcoin's alphabet: how Timeless and Warpforge print a hash.

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Each leading zero byte becomes one `1`; the rest is the bytes as one big-endian number. */
export function encodeBase58(bytes: Uint8Array): string {
  const zeros = countLeading(bytes, 0)
  let text = ''
  for (const digit of convertBase(bytes.subarray(zeros), 256, 58))
    text += alphabet.charAt(digit)
  return '1'.repeat(zeros) + text
}

/** `undefined` for a character outside the alphabet. The cost grows with the square of the length. */
export function decodeBase58(text: string): Uint8Array | undefined {
  const digits: number[] = []
  for (const char of text) {
    const digit = alphabet.indexOf(char)
    if (digit < 0) return undefined
    digits.push(digit)
  }
  const zeros = countLeading(digits, 0)
  const bytes = convertBase(digits.slice(zeros), 58, 256)
  const result = new Uint8Array(zeros + bytes.length)
  result.set(bytes, zeros)
  return result
}

function countLeading(items: ArrayLike<number>, wanted: number): number {
  let count = 0
  while (count < items.length && items[count] === wanted) count++
  return count
}

/** Digits of one number, most significant first, from one base to another. */
function convertBase(digits: Iterable<number>, from: number, to: number): number[] {
  const reversed: number[] = []
  for (const digit of digits) {
    let carry = digit
    for (let i = 0; i < reversed.length; i++) {
      carry += (reversed[i] ?? 0) * from
      reversed[i] = carry % to
      carry = Math.floor(carry / to)
    }
    while (carry > 0) {
      reversed.push(carry % to)
      carry = Math.floor(carry / to)
    }
  }
  return reversed.reverse()
}
