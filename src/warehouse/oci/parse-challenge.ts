// `WWW-Authenticate`: which ways of authentication a server takes (RFC 9110 §11.6.1).

export interface Challenge {
  /** In lower case. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
/** A parameter, or the name of a scheme: that one has a space, a comma or the end behind it. */
const item = `\\s*(?:(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))|(${token})(?=[\\s,]|$))\\s*,?`
const longestHeader = 16 * 1024

/**
 * Of several challenges all; what cannot be read ends the list.
 * @example
 * parseChallenges('Bearer realm="https://auth.example/token",service="registry"')
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  if (header.length > longestHeader) return challenges
  const items = new RegExp(item, 'y')
  while (items.lastIndex < header.length) {
    const match = items.exec(header)
    if (match === null) break
    const [, name, quoted, plain, scheme] = match
    if (scheme !== undefined) {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: new Map() })
    } else if (name !== undefined) {
      const value = plain ?? (quoted ?? '').replace(/\\(.)/g, '$1')
      challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
    }
  }
  return challenges
}
