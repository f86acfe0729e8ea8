// Absolute paths inside a container.

/** `/usr//lib/./x/` → `/usr/lib/x`; `..` climbs, and stops at the root as the kernel does. */
export function cleanPath(path: string): string {
  if (isClean(path)) return path
  const kept: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step === '..') kept.pop()
    else kept.push(step)
  }
  return `/${kept.join('/')}`
}

/** As nearly all paths of manifests are, and much cheaper to see than to make. */
function isClean(path: string): boolean {
  return (
    path.startsWith('/') &&
    !path.includes('//') &&
    !path.includes('/.') &&
    (!path.endsWith('/') || path.length === 1)
  )
}

/** `/usr/lib` → `usr`; the root itself has no first step. */
export function firstStep(path: string): string | undefined {
  const [step] = cleanPath(path).slice(1).split('/')
  return step === '' ? undefined : step
}

export function isBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`)
}
