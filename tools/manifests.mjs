// The files of manifests/ that are built into the program, as [name, text].
import { readdirSync, readFileSync } from 'node:fs'

export function readManifests() {
  const folder = new URL('../manifests/', import.meta.url)
  const read = (name) => [name, readFileSync(new URL(name, folder), 'utf8')]
  const files = readdirSync(new URL('base/', folder)).sort()
  return [...files.map((name) => `base/${name}`), 'cert-manager/certificate.yaml'].map(
    read,
  )
}
