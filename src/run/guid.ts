// The name of one run in the whole world, in the form of Repeatr's (formulas.md §9.1).

/** Digits and lower case letters without i, j, l and u, which are taken for others. */
const alphabet = '0123456789abcdefghkmnopqrstvwxyz'
const groupBytes = 5

/**
 * 26 characters in three groups of eight: the first is the time, so that names sort by it, the others are
 * chance. @param now milliseconds @param random as many bytes by chance
 */
export function makeGuid(now: number, random: (bytes: number) => Uint8Array): string {
  const chance = random(2 * groupBytes)
  const time = BigInt(Math.floor(now / 10)) // 40 bits of hundredths last until 2318
  const bytes = Array.from({ length: groupBytes }, (_, i) =>
    Number((time >> BigInt(8 * (groupBytes - 1 - i))) & 255n),
  )
  return [
    Uint8Array.from(bytes),
    chance.subarray(0, groupBytes),
    chance.subarray(groupBytes),
  ]
    .map(encode)
    .join('-')
}

/** Five bytes are eight characters. */
function encode(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  return Array.from({ length: 8 }, (_, i) =>
    alphabet.charAt(Number((bits >> BigInt(35 - 5 * i)) & 31n)),
  ).join('')
}
