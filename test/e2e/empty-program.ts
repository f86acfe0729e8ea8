/** The head of an ELF file, as much as tells which machine it is for. */
export function emptyProgram(machine: 'amd64' | 'arm64'): Buffer {
  const head = Buffer.alloc(64)
  head.write('\u007fELF', 'latin1')
  head.writeUInt8(2, 4) // 64 bits
  head.writeUInt8(1, 5) // little endian
  head.writeUInt8(1, 6)
  head.writeUInt16LE(2, 16) // an executable
  head.writeUInt16LE(machine === 'amd64' ? 62 : 183, 18)
  return head
}
