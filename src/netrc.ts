// Logins in a netrc file, the one place for them that curl, git and most others share.

export interface NetrcEntry {
  readonly machine: string
  readonly login: string
  readonly password: string
}

/** Entries of named machines; `default`, accounts and macros are left out. Never throws. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const words = splitWords(text)
  const entries: NetrcEntry[] = []
  let current: { machine: string; login: string; password: string } | undefined
  for (let i = 0; i < words.length;) {
    const word = words[i++]
    if (word === 'default') current = undefined
    if (word === 'machine') {
      current = { machine: (words[i++] ?? '').toLowerCase(), login: '', password: '' }
      entries.push(current)
    } else if (word === 'login' || word === 'password') {
      const value = words[i++] ?? ''
      if (current !== undefined) current[word] = value
    } else if (word === 'account') i++
  }
  return entries
}

/** The first entry of a machine counts. */
export function findLogin(
  entries: readonly NetrcEntry[],
  host: string,
): { readonly user: string; readonly password: string } | undefined {
  const found = entries.find((entry) => entry.machine === host.toLowerCase())
  return found === undefined ? undefined : { user: found.login, password: found.password }
}

/** Comments and macros (from `macdef` to an empty line) removed; quoted words may hold blanks. */
function splitWords(text: string): readonly string[] {
  const plain = text
    .replace(/\r\n?/g, '\n')
    .replace(/(^|\n)[ \t]*#[^\n]*/g, '$1')
    .replace(/(^|\s)macdef\s[\s\S]*?(?:\n[ \t]*\n|$)/g, '$1')
  return [...plain.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, bare = '']) => quoted?.replace(/\\(.)/g, '$1') ?? bare,
  )
}
