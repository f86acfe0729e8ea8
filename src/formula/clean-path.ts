// Paths inside the container, cleaned by their text alone: no link is followed.

/** `undefined` unless absolute. `/a//b/./c/../d/` becomes `/a/b/d`; `..` at the root stays there. */
export function cleanAbsolutePath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}
