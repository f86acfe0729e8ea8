// The format of git's configuration, which `.gitmodules` has, too.

export interface ConfigItem {
  /** In lower case. */
  readonly section: string
  /** What stands in quotes after it, as written. */
  readonly subsection: string | undefined
  /** In lower case. */
  readonly key: string
  readonly value: string
}

/** Lines that are none of it are left out. Includes are not followed. Never throws. */
export function readConfig(text: string): readonly ConfigItem[] {
  const items: ConfigItem[] = []
  let section = ''
  let subsection: string | undefined
  const joined = text.replace(/\r\n/g, '\n').replace(/((?:^|[^\\])(?:\\\\)*)\\\n/g, '$1')
  for (const line of joined.split('\n')) {
    let rest = line
    const head = /^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line)
    if (head !== null) {
      section = (head[1] ?? '').toLowerCase()
      subsection = head[2]?.replace(/\\(.)/g, '$1')
      rest = line.slice(head[0].length)
    }
    const pair = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=(.*))?$/.exec(rest)
    if (pair === null || section === '') continue
    const [, key = '', written = 'true'] = pair
    items.push({ section, subsection, key: key.toLowerCase(), value: readValue(written) })
  }
  return items
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' }

/** Without comments and outer blanks; quotes may stand around any part of it. */
function readValue(written: string): string {
  let value = ''
  // How much of it must stay, though it ends in blanks.
  let kept = 0
  let inQuotes = false
  for (let i = 0; i < written.length; i++) {
    const char = written.charAt(i)
    if (char === '"') inQuotes = !inQuotes
    else if (char === '\\') {
      const next = written.charAt(++i)
      value += escapes[next] ?? next
    } else if (!inQuotes && (char === '#' || char === ';')) break
    else if (inQuotes || !/\s/.test(char) || value !== '') value += char
    if (inQuotes || !/\s/.test(char)) kept = value.length
  }
  return value.slice(0, kept)
}
