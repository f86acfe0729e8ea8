// What the tests of git share: repositories made by git itself, and servers of them on loopback.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { fetchCommit } from '../../src/git/fetch-commit.ts'
import type { GitContext, GitOutcome } from '../../src/git/git-outcome.ts'
import { createHttpClient } from '../../src/http/http-client.ts'
import type { Entry, EntrySink } from '../../src/ware/entry.ts'
import type { TransferEvent } from '../../src/ware/transfer-event.ts'
import { defaultUnpackLimits, type UnpackLimits } from '../../src/ware/unpack-limits.ts'
import { parseWarehouseAddress } from '../../src/ware/warehouse-address.ts'

/** Tests that need the program say so in their name. */
export const hasGit = spawnSync('git', ['--version']).status === 0

/** Nothing of the machine's own configuration, and always the same commits. */
const gitEnv = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
  GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
  GIT_ALLOW_PROTOCOL: 'file:http',
}

export function git(directory: string, ...words: string[]): string {
  return gitBytes(directory, undefined, ...words)
    .toString('latin1')
    .trimEnd()
}

export function gitBytes(
  directory: string,
  input: string | Uint8Array | undefined,
  ...words: string[]
): Buffer {
  return execFileSync('git', ['-C', directory, ...words], {
    env: gitEnv,
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 1024 ** 3,
    ...(input !== undefined && { input }),
  })
}

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'r2k8s-git-'))
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true })
  })
  return path
}

export function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
}

export function initRepository(directory: string): string {
  mkdirSync(directory, { recursive: true })
  git(directory, 'init', '-q', '-b', 'main')
  git(directory, 'config', 'gc.auto', '0')
  return directory
}

/** Takes everything there is, and gives the name of the commit. */
export function commitAll(directory: string): string {
  git(directory, 'add', '-A')
  git(directory, 'commit', '-q', '--allow-empty', '-m', 'a commit')
  return git(directory, 'rev-parse', 'HEAD')
}

export interface Served {
  readonly url: string
  readonly asked: readonly IncomingMessage[]
}

/** The repositories below `root`, by git's own server; `version` is the newest that it may speak. */
export async function serveGit(root: string, version: 0 | 1 | 2 = 2): Promise<Served> {
  return await serve((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://x')
    const offered = version === 2 ? request.headers['git-protocol'] : undefined
    const protocol = version === 1 ? 'version=1' : offered
    const program = spawn('git', ['http-backend'], {
      env: {
        ...gitEnv,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: pathname,
        QUERY_STRING: search.slice(1),
        REQUEST_METHOD: request.method ?? '',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        ...(typeof protocol === 'string' && { GIT_PROTOCOL: protocol }),
      },
    })
    request.pipe(program.stdin)
    const chunks: Buffer[] = []
    program.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    program.stdin.on('error', () => undefined)
    program.on('close', () => {
      answerCgi(Buffer.concat(chunks), response)
    })
  })
}

function answerCgi(output: Buffer, response: ServerResponse): void {
  const end = output.indexOf('\r\n\r\n')
  let status = 200
  for (const line of output.toString('latin1', 0, end).split('\r\n')) {
    const [name = '', value = ''] = line.split(': ')
    if (name === 'Status') status = Number(value.slice(0, 3))
    else response.setHeader(name, value)
  }
  response.writeHead(status).end(output.subarray(end + 4))
}

export async function serve(listener: RequestListener): Promise<Served> {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    listener(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, asked }
}

export interface Kept {
  readonly entry: Entry
  readonly content: Buffer
}

/** Also holds the caller to the rules of a sink. */
export function keepEntries(): EntrySink & { readonly kept: Kept[] } {
  const kept: Kept[] = []
  let open: { entry: Entry; chunks: Buffer[]; left: number } | undefined
  return {
    kept,
    entry: (entry) => {
      if (open !== undefined) throw new Error('a file was left open')
      if (entry.kind === 'file') open = { entry, chunks: [], left: entry.size }
      else kept.push({ entry, content: Buffer.alloc(0) })
    },
    content: (chunk) => {
      if (open === undefined || chunk.length === 0 || chunk.length > open.left) {
        throw new Error('content at a wrong place')
      }
      open.left -= chunk.length
      open.chunks.push(Buffer.from(chunk))
    },
    endFile: () => {
      if (open?.left !== 0) throw new Error('a file was ended early')
      kept.push({ entry: open.entry, content: Buffer.concat(open.chunks) })
      open = undefined
    },
  }
}

export interface Fetched {
  readonly outcome: GitOutcome
  readonly kept: readonly Kept[]
  readonly events: readonly TransferEvent[]
}

type FetchChange = Partial<GitContext> &
  Pick<EntrySink, 'pause'> & { readonly limits?: Partial<UnpackLimits> }

export async function fetchFrom(
  text: string,
  commit: string,
  change: FetchChange = {},
): Promise<Fetched> {
  const { limits, pause, ...context } = change
  const parsed = parseWarehouseAddress(text, 'git')
  if ('why' in parsed) throw new Error(parsed.why)
  const client = createHttpClient({ env: {}, userAgent: 'test', silenceSeconds: 5 })
  onTestFinished(client.close)
  const sink = keepEntries()
  const events: TransferEvent[] = []
  const scratch = temporaryDirectory()
  const outcome = await fetchCommit({
    address: parsed.address,
    commit,
    context: {
      send: client.send,
      env: {},
      cwd: '/nowhere',
      report: (event) => events.push(event),
      scratch: () => scratch,
      wait: () => Promise.resolve(),
      ...context,
    },
    sink: pause === undefined ? sink : { ...sink, pause },
    limits: { ...defaultUnpackLimits, ...limits },
  })
  return { outcome, kept: sink.kept, events }
}

/** What of a record git keeps, as text for comparison. */
export function summarise(kept: readonly Kept[]): string[] {
  return kept.map(({ entry, content }) => {
    const { path, kind, mode, target } = entry
    const what = kind === 'file' ? content.toString('latin1') : target
    return `${path} ${kind} ${mode.toString(8)} ${what}`
  })
}

/** The same as git itself has it, submodules as empty directories. */
export function expectedFrom(directory: string, commit: string): string[] {
  const rows = git(directory, 'ls-tree', '-r', '-t', '-z', '--full-tree', commit)
  const expected = ['. directory 755 ']
  const words: Readonly<Record<string, string>> = {
    '040000': 'directory 755 ',
    '160000': 'directory 755 ',
    '100644': 'file 644 ',
    '100755': 'file 755 ',
    '120000': 'symlink 777 ',
  }
  for (const row of rows.split('\0')) {
    const [, mode = '', id = '', path = ''] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(row) ?? []
    if (mode === '') continue
    const isBlob = mode.startsWith('1') && mode !== '160000'
    const content = isBlob ? gitBytes(directory, undefined, 'cat-file', 'blob', id) : ''
    expected.push(`${path} ${words[mode] ?? mode}${content.toString('latin1')}`)
  }
  return expected
}
