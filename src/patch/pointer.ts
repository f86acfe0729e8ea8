// JSON pointers (RFC 6901): the only place where one is put together or taken apart.

/** Path of member names and list indices; `-` stands for the place after the last item. */
export type PointerPath = readonly (string | number)[]

/** `['metadata', 'annotations', 'a/b']` → `/metadata/annotations/a~1b`; the root is `''`. */
export function formatPointer(path: PointerPath): string {
  return path.reduce<string>(childPointer, '')
}

/** The pointer of a member or item of what `pointer` points to. */
export function childPointer(pointer: string, step: string | number): string {
  if (typeof step === 'number') return `${pointer}/${step}`
  // Most names need no escape, and looking is cheaper than replacing.
  const plain = !step.includes('/') && !step.includes('~')
  return `${pointer}/${plain ? step : escapeStep(step)}`
}

export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new Error(`not a JSON pointer: ${pointer}`)
  return pointer.slice(1).split('/').map(unescapeStep)
}

/** `~` goes first: the other way round `/` would end as `~01`. */
function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
