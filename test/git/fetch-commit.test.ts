import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  commitAll,
  expectedFrom,
  fetchFrom,
  git,
  gitBytes,
  hasGit,
  initRepository,
  serveGit,
  summarise,
  temporaryDirectory,
  writeFiles,
} from './fixtures.ts'

const reason = hasGit ? '' : ' (left out: there is no program "git" here)'

describe.skipIf(!hasGit)(`a commit of a real repository${reason}`, () => {
  let root = ''
  let commit = ''
  let old = ''
  let expected: string[] = []

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'r2k8s-git-'))
    const work = initRepository(join(root, 'work'))
    importHistory(work)
    commit = git(work, 'rev-parse', 'main~3')
    old = git(work, 'rev-parse', 'main~40')
    expected = expectedFrom(work, commit)
    git(root, 'clone', '-q', '--bare', 'work', 'bare.git')
    git(join(root, 'bare.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    git(join(root, 'bare.git'), 'repack', '-q', '-a', '-d', '-f', '--depth=50')
  })
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })

  test('has the files, links and modes that git has', () => {
    expect(expected.map((line) => line.split(' ', 3).slice(0, 3).join(' '))).toEqual([
      '. directory 755',
      '.hidden file 644',
      'a-b file 644',
      'a.b file 644',
      'a directory 755',
      'a/deep directory 755',
      'a/deep/er directory 755',
      'a/deep/er/x file 755',
      'a0 file 644',
      'big file 644',
      'empty file 644',
      'link symlink 777',
      'log file 644',
      'n\u00c3\u00a9\u00ff file 644',
    ])
  })

  test.each(['work', 'bare.git', 'bare', 'work/.git', './work', 'file'])(
    'is read from the local repository %j',
    async (name) => {
      const address = name === 'file' ? `file://${root}/work` : name
      const { outcome, kept } = await fetchFrom(address, commit, { cwd: root })
      expect(outcome).toEqual({ kind: 'done' })
      expect(summarise(kept)).toEqual(expected)
    },
  )

  test.each([2, 1, 0] as const)(
    'is fetched with version %d of the protocol',
    async (version) => {
      const { url, asked } = await serveGit(root, version)
      git(join(root, 'bare.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true')
      const { outcome, kept, events } = await fetchFrom(`${url}/bare.git`, commit)
      expect(outcome).toEqual({ kind: 'done' })
      expect(summarise(kept)).toEqual(expected)
      expect(asked.map((request) => request.method)).toEqual(['GET', 'POST'])
      const last = events.findLast((event) => event.kind === 'progress')
      expect(last).toMatchObject({ ware: `git:${commit}`, phase: 'fetch' })
      // The history has many times as much.
      expect(last?.kind === 'progress' && last.done).toBeLessThan(150_000)
    },
  )

  test.each([1, 0] as const)(
    'is fetched with the whole history where version %d gives only branches',
    async (version) => {
      const copy = join(temporaryDirectory(), 'copy.git')
      git(root, 'clone', '-q', '--bare', join(root, 'bare.git'), copy)
      const { url } = await serveGit(join(copy, '..'), version)
      const { outcome, kept, events } = await fetchFrom(`${url}/copy.git`, commit)
      expect(outcome).toEqual({ kind: 'done' })
      expect(summarise(kept)).toEqual(expected)
      const messages = events.filter((event) => event.kind === 'log')
      expect(messages).toMatchObject([{ level: 'info' }])
      const none = await fetchFrom(`${url}/copy.git`, '12'.repeat(20))
      expect(none.outcome).toMatchObject({ kind: 'absent' })
    },
  )

  test('is fetched alone where it is the tip of a branch', async () => {
    const copy = join(temporaryDirectory(), 'copy.git')
    git(root, 'clone', '-q', '--bare', join(root, 'bare.git'), copy)
    git(copy, 'branch', 'there', commit)
    const { url } = await serveGit(join(copy, '..'), 0)
    const { outcome, events } = await fetchFrom(`${url}/copy.git/`, commit)
    expect(outcome).toEqual({ kind: 'done' })
    expect(events.filter((event) => event.kind === 'log')).toEqual([])
  })

  test.each([2, 0] as const)(
    'is absent where version %d does not have it',
    async (version) => {
      git(join(root, 'bare.git'), 'config', 'uploadpack.allowAnySHA1InWant', 'true')
      const { url } = await serveGit(root, version)
      const { outcome, kept } = await fetchFrom(`${url}/bare.git`, '12'.repeat(20))
      expect(outcome).toEqual({
        kind: 'absent',
        why: `it has no commit ${'12'.repeat(20)}`,
      })
      expect(kept).toEqual([])
    },
  )

  test('is absent where the repository is', async () => {
    const { url } = await serveGit(root)
    const { outcome } = await fetchFrom(`${url}/nothing.git`, commit)
    expect(outcome).toMatchObject({ kind: 'absent' })
  })

  test('is absent where a local repository does not have it', async () => {
    const { outcome } = await fetchFrom('work', '12'.repeat(20), { cwd: root })
    expect(outcome).toEqual({
      kind: 'absent',
      why: `it has no commit ${'12'.repeat(20)}`,
    })
  })

  test('belongs to 1000, dates from 2010, in a root that belongs to 0', async () => {
    const { kept } = await fetchFrom('work', commit, { cwd: root })
    const [first, ...others] = kept.map(({ entry }) => entry)
    const time = { seconds: 1262304000, nanoseconds: 0 }
    expect(first).toMatchObject({ path: '.', mode: 0o755, uid: 0, gid: 0, ...time })
    for (const entry of others)
      expect(entry).toMatchObject({ uid: 1000, gid: 1000, ...time })
  })

  test('is read through a worktree, and from what another repository lends', async () => {
    const directory = temporaryDirectory()
    git(
      join(root, 'work'),
      'worktree',
      'add',
      '-q',
      '--detach',
      join(directory, 'tree'),
      old,
    )
    git(
      root,
      'clone',
      '-q',
      '--bare',
      '--shared',
      'bare.git',
      join(directory, 'shared.git'),
    )
    expect(existsSync(join(directory, 'shared.git/objects/info/alternates'))).toBe(true)
    for (const name of ['tree', 'shared.git']) {
      const { kept } = await fetchFrom(name, commit, { cwd: directory })
      expect(summarise(kept)).toEqual(expected)
    }
  })

  test('waits for a sink that is full', async () => {
    let waits = 0
    const { outcome } = await fetchFrom('work', commit, {
      cwd: root,
      pause: () => {
        waits++
        return Promise.resolve()
      },
    })
    expect(outcome.kind).toBe('done')
    expect(waits).toBeGreaterThan(8)
  })

  test('is given up when the user has had enough', async () => {
    const stop = new AbortController()
    const { url } = await serveGit(root)
    const fetching = fetchFrom(`${url}/bare.git`, commit, {
      signal: stop.signal,
      report: () => {
        stop.abort()
      },
    })
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' })
  })
})

/** Sixty commits of a file that grows, beside some that have every kind and name. */
function importHistory(directory: string): void {
  const lines: string[] = []
  for (let i = 0; i < 60; i++) {
    lines.push(
      'commit refs/heads/main',
      `committer Ann <ann@example.com> ${1577836800 + i} +0000`,
      'data 1\nx',
    )
    const log = Array.from({ length: 500 + i * 20 }, (_, n) => `${i * n} ${n ** 3}`).join(
      '\n',
    )
    lines.push('M 100644 inline log', `data ${log.length}`, log)
    if (i !== 0) continue
    const files: readonly (readonly [mode: string, name: string, content: string])[] = [
      ['100644', '.hidden', 'h'],
      ['100644', 'a-b', '1'],
      ['100644', 'a.b', '2'],
      ['100755', 'a/deep/er/x', '#!/bin/sh\n'],
      ['100644', 'a0', '3'],
      ['100644', 'big', 'many words '.repeat(200_000)],
      ['100644', 'empty', ''],
      ['120000', 'link', '../outside/of it'],
      ['100644', '"n\\303\\251\\377"', 'a name that is no UTF-8'],
    ]
    for (const [mode, name, content] of files) {
      lines.push(`M ${mode} inline ${name}`, `data ${content.length}`, content)
    }
  }
  gitBytes(directory, `${lines.join('\n')}\n`, 'fast-import', '--quiet')
}

describe.skipIf(!hasGit)(`repositories as they lie there${reason}`, () => {
  test('objects in files of their own are read', async () => {
    const work = initRepository(temporaryDirectory())
    writeFiles(work, { a: 'one', 'b/c': 'x'.repeat(9_000_000) })
    symlinkSync('b', join(work, 'link'))
    const commit = commitAll(work)
    expect(
      existsSync(join(work, '.git/objects', commit.slice(0, 2), commit.slice(2))),
    ).toBe(true)
    const { kept } = await fetchFrom(work, commit)
    expect(summarise(kept)).toEqual(expectedFrom(work, commit))
  })

  test('big files that are deltas of one another are put together on disk', async () => {
    const work = initRepository(temporaryDirectory())
    const big = Buffer.alloc(9_000_000, 'some words that come again and again, ')
    for (let i = 0; i < big.length; i += 40) big.writeUInt32LE(i, i)
    const other = Buffer.concat([Buffer.from('more'), big])
    writeFiles(work, { big, other })
    const commit = commitAll(work)
    git(work, 'repack', '-q', '-a', '-d', '-f', '--window=2')
    const rows = git(work, 'verify-pack', '-v', packIndexOf(work))
    expect(rows).toContain('chain length = 1')
    const { kept } = await fetchFrom(work, commit)
    expect(kept.map(({ content }) => content.length)).toEqual([0, 9_000_000, 9_000_004])
    expect(kept.at(1)?.content.equals(big)).toBe(true)
    expect(kept.at(2)?.content.equals(other)).toBe(true)
    const { url } = await serveGit(join(work, '..'))
    const served = await fetchFrom(`${url}/${work.split('/').at(-1) ?? ''}`, commit)
    expect(served.kept.at(2)?.content.equals(other)).toBe(true)
  })

  test('a damaged object is refused', async () => {
    const work = initRepository(temporaryDirectory())
    writeFiles(work, { a: 'one', b: 'two' })
    const commit = commitAll(work)
    const place = (name: string) => {
      const id = git(work, 'rev-parse', `${commit}:${name}`)
      return join(work, '.git/objects', id.slice(0, 2), id.slice(2))
    }
    rmSync(place('b'))
    await expect(fetchFrom(work, commit)).rejects.toThrow('lacks the blob')
    symlinkSync(place('a'), place('b'))
    await expect(fetchFrom(work, commit)).rejects.toMatchObject({ code: 'ware-corrupt' })
    await expect(fetchFrom(work, commit)).rejects.toThrow('is damaged')
    rmSync(place('b'))
    writeFileSync(place('b'), 'no object')
    await expect(fetchFrom(work, commit)).rejects.toThrow('cannot be inflated')
  })

  test('a repository of SHA-256 objects is refused', async () => {
    const root = temporaryDirectory()
    git(root, 'init', '-q', '--object-format=sha256', 'work')
    writeFiles(join(root, 'work'), { a: 'one' })
    commitAll(join(root, 'work'))
    const { url } = await serveGit(root)
    const old = await serveGit(root, 0)
    for (const address of [join(root, 'work'), `${url}/work`, `${old.url}/work`]) {
      const { outcome } = await fetchFrom(address, '12'.repeat(20))
      expect(outcome).toMatchObject({ kind: 'unavailable' })
      expect(JSON.stringify(outcome)).toContain('SHA-256')
    }
  })

  test.each([
    ['is not there', 'nothing', 'there is no directory'],
    ['is no repository', '.', 'is no git repository'],
  ])('a directory that %s is unavailable', async (_, name, why) => {
    const cwd = temporaryDirectory()
    mkdirSync(join(cwd, 'objects-of-something'))
    const { outcome } = await fetchFrom(`./${name}`, '12'.repeat(20), { cwd })
    expect(outcome.kind).toBe('unavailable')
    expect(JSON.stringify(outcome)).toContain(why)
  })

  test('alternates that lend to one another come to an end', async () => {
    const work = initRepository(temporaryDirectory())
    const objects = join(work, '.git/objects')
    writeFiles(work, {
      '.git/objects/info/alternates': `# me\n${objects}\n./nothing\n../objects\n`,
    })
    const { outcome } = await fetchFrom(work, '12'.repeat(20))
    expect(outcome.kind).toBe('absent')
  })
})

function packIndexOf(work: string): string {
  const packs = join(work, '.git/objects/pack')
  const name = readdirSync(packs).find((each) => each.endsWith('.idx'))
  return join(packs, name ?? '')
}

test.each([
  ['ssh://git@git.example/x', 'SSH'],
  ['git@git.example:x.git', 'SSH'],
  ['git://git.example/x', '"git"'],
])('%s is unavailable', async (address, word) => {
  const { outcome } = await fetchFrom(address, '12'.repeat(20))
  expect(outcome.kind).toBe('unavailable')
  expect(JSON.stringify(outcome).replaceAll('\\', '')).toContain(word)
  expect(JSON.stringify(outcome)).toContain('https')
})
