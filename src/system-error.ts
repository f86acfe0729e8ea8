// Errors of the operating system, as Node reports them.

/** `ENOENT`, `EACCES`, …; `undefined` when the error is none of the system's. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'address already in use',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is exhausted',
  EEXIST: 'it exists already',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a directory',
  ELOOP: 'a symlink stands where a directory or file should be, or links go in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long for this file system',
  ENFILE: 'too many files are open on this machine',
  ENOENT: 'no such file or directory',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no directory',
  ENOTEMPTY: 'the directory is not empty',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ETXTBSY: 'the program is running',
  EXDEV: 'it is on another file system',
}

/** In words where there are some, else as Node says it. */
export function explainSystemError(error: unknown): string {
  const code = systemErrorCode(error)
  const known = code === undefined ? undefined : words[code]
  return known ?? (error instanceof Error ? error.message : String(error))
}
