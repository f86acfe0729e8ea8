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
  return `${pointer}/${escapeStep(step)}`
}

export function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new Error(`not a JSON pointer: ${pointer}`)
  const steps = pointer.slice(1).split('/')
  return pointer.includes('~') ? steps.map(unescapeStep) : steps
}

/** `~` goes first: the other way round `/` would end as `~01`. Most steps have neither. */
function escapeStep(step: string): string {
  const tildes = step.includes('~') ? step.replaceAll('~', '~0') : step
  return tildes.includes('/') ? tildes.replaceAll('/', '~1') : tildes
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
