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

export function createBzip2Crc() {
  let crc = -1
  return {
    add: (bytes: Uint8Array): void => {
      let value = crc
      for (const byte of bytes) value = (value << 8) ^ (table[(value >>> 24) ^ byte] ?? 0)
      crc = value
    },
    value: (): number => ~crc >>> 0,
  }
}
