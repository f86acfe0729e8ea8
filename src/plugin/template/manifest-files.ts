// The manifests that a command line names, each with the directory its formula paths start from.

import { readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { quote, R2k8sError } from '../../errors.ts'
import type { Io } from '../io.ts'
import { readFile } from '../read-file.ts'

export interface ManifestFile {
  /** As the user wrote it, for messages; `<stdin>` for standard input. */
  readonly name: string
  readonly directory: string
  readonly bytes: Uint8Array
}

export interface ManifestNames {
  readonly files: readonly string[]
  /** Values of -f: directories allowed. */
  readonly filename?: readonly string[]
  readonly recursive?: boolean
}

export async function readManifests(
  names: ManifestNames,
  io: Io,
): Promise<ManifestFile[]> {
  const paths = [
    ...names.files,
    ...(names.filename ?? []).flatMap((path) =>
      listManifests(path, names.recursive ?? false, io),
    ),
  ]
  if (paths.length === 0 && io.stdinIsTerminal()) throw nothingToRead()
  const manifests: ManifestFile[] = []
  for (const path of paths.length === 0 ? ['-'] : paths) {
    manifests.push(await readManifest(path, io))
  }
  return manifests
}

async function readManifest(path: string, io: Io): Promise<ManifestFile> {
  if (path === '-') {
    return { name: '<stdin>', directory: io.cwd, bytes: await io.readStdin() }
  }
  const reading = { task: 'read the manifest', missing: 'manifest-invalid' } as const
  const directory = dirname(resolve(io.cwd, path))
  return { name: path, directory, bytes: readFile(path, io, reading) }
}

/** In the order of their names, files before directories, as kubectl reads them. */
function listManifests(path: string, recursive: boolean, io: Io): string[] {
  if (path === '-') return [path]
  const isDirectory = (entry: string) =>
    statSync(resolve(io.cwd, entry), { throwIfNoEntry: false })?.isDirectory() ?? false
  if (!isDirectory(path)) return [path]
  const found = listDirectory(path, recursive, io)
  if (found.length > 0) return found
  throw new R2k8sError([
    {
      code: 'manifest-invalid',
      task: 'read manifests',
      why: `${quote(path)} holds no file that ends in .yaml, .yml or .json`,
      hints: recursive ? [] : ['-R looks into the directories below it, too'],
    },
  ])
}

function listDirectory(directory: string, recursive: boolean, io: Io): string[] {
  const entries = readdirSync(resolve(io.cwd, directory), { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return recursive ? listDirectory(path, recursive, io) : []
    return /\.(ya?ml|json)$/.test(entry.name) ? [path] : []
  })
}

function nothingToRead(): R2k8sError {
  return new R2k8sError([
    {
      code: 'usage',
      task: 'read manifests',
      why: 'no file is named and stdin is a terminal',
      hints: ['name a file, or pipe manifests in: kubectl r2k8s template web.yaml'],
    },
  ])
}
