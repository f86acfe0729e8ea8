// The checksum of bzip2: CRC-32 with the highest bit first, which zlib does not have.

const table = makeTable()

function makeTable(): Uint32Array {
  const made = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
    made[byte] = crc >>> 0
  }
  return made
}

export function crcOfBzip2(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) crc = (crc << 8) ^ (table[(crc >>> 24) ^ byte] ?? 0)
  return ~crc >>> 0
}
