// The compressions of an archive, told by its first bytes (wares.md §5.1).

export const compressions = ['none', 'gzip', 'bzip2', 'xz', 'zstd'] as const
export type Compression = (typeof compressions)[number]

const magics: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
]

/** `none` when no magic number is there: then it is a plain tar, or nothing that can be read. */
export function detectCompression(head: Uint8Array): Compression {
  const found = magics.find(([, magic]) => magic.every((byte, i) => head[i] === byte))
  return found?.[0] ?? 'none'
}
