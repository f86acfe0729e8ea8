// Absolute paths inside a container.

import { cleanAbsolutePath } from '../formula/clean-path.ts'

/** `/usr//lib/./x/` → `/usr/lib/x`; `..` climbs, and stops at the root as the kernel does. */
export function cleanPath(path: string): string {
  if (isClean(path)) return path
  return cleanAbsolutePath(`/${path}`) ?? '/'
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
