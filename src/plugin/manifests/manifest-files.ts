// The manifests that a command line names, each with the directory its formula paths start from.

import { readdirSync, statSync, type Dirent } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { quote, R2k8sError, throwIfAny, type Problem } from '../../errors.ts'
import type { Io } from '../io.ts'
import { readFile, whyUnreadable } from '../read-file.ts'

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
  const problems: Problem[] = []
  for (const path of paths.length === 0 ? ['-'] : paths) {
    try {
      manifests.push(await readManifest(path, io))
    } catch (error) {
      if (!(error instanceof R2k8sError)) throw error
      problems.push(...error.problems)
    }
  }
  throwIfAny(problems)
  return manifests
}

/** A gigabyte: the stream stays in memory as bytes. */
const reading = {
  task: 'read the manifest',
  missing: 'manifest-invalid',
  unfit: 'manifest-invalid',
  maxBytes: 1024 ** 3,
  pipes: true,
} as const

async function readManifest(path: string, io: Io): Promise<ManifestFile> {
  if (path === '-') {
    return { name: '<stdin>', directory: io.cwd, bytes: await io.readStdin() }
  }
  const directory = dirname(resolve(io.cwd, path))
  return { name: path, directory, bytes: readFile(path, io, reading) }
}

/** In the order of their names, as kubectl reads them. */
function listManifests(path: string, recursive: boolean, io: Io): string[] {
  if (path === '-') return [path]
  if (!isDirectory(resolve(io.cwd, path))) return [path]
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
  const entries = readDirectory(directory, io)
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) return recursive ? listDirectory(path, recursive, io) : []
    return /\.(ya?ml|json)$/.test(entry.name) ? [path] : []
  })
}

function readDirectory(directory: string, io: Io): Dirent[] {
  try {
    return readdirSync(resolve(io.cwd, directory), { withFileTypes: true })
  } catch (error) {
    const why = whyUnreadable(directory, error)
    throw new R2k8sError([{ code: 'manifest-invalid', task: 'read manifests', why }])
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // reading it as a file says what is the matter
  }
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
