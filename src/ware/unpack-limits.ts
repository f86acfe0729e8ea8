// How much a ware may hold: archives are hostile until their hash is known, and a few kilobytes can
// inflate to any size.

export interface UnpackLimits {
  /** Records, inferred directories included. */
  readonly entries: number
  /** Bytes of all files together, and with them of the archive when inflated. */
  readonly bytes: number
  /** Bytes of one path, of one link target, of all xattrs of one record. */
  readonly pathBytes: number
  /** Inflated bytes per byte of the archive, counted from the first 16 MiB on. */
  readonly ratio: number
}

/** Root filesystems have some 100,000 records and 10 GB; gzip reaches 1,030 : 1, zstd more. */
export const defaultUnpackLimits: UnpackLimits = {
  entries: 5_000_000,
  bytes: 256 * 1024 ** 3,
  pathBytes: 4096,
  ratio: 1100,
}
