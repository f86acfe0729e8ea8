import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseWarehouseAddress } from '../../src/ware/warehouse-address.ts'
import { locateSubmodule, readModules } from '../../src/git/submodules.ts'
import {
  commitAll,
  fetchFrom,
  git,
  hasGit,
  initRepository,
  serveGit,
  summarise,
  temporaryDirectory,
  writeFiles,
} from './fixtures.ts'
import { fetchPack, idOf, packOfTree, treeOf } from './packs.ts'

const reason = hasGit ? '' : ' (left out: there is no program "git" here)'

/** Puts a submodule in by hand: what stands in `.gitmodules` need not be what git would write. */
function addSubmodule(
  work: string,
  module: { readonly path: string; readonly url?: string; readonly commit: string },
): void {
  const { path, url, commit } = module
  git(work, 'update-index', '--add', '--cacheinfo', `160000,${commit},${path}`)
  if (url === undefined) return
  git(work, 'config', '-f', '.gitmodules', `submodule.${path}.path`, path)
  git(work, 'config', '-f', '.gitmodules', `submodule.${path}.url`, url)
  git(work, 'add', '.gitmodules')
}

function commitIndex(work: string): string {
  git(work, 'commit', '-q', '-m', 'a commit')
  return git(work, 'rev-parse', 'HEAD')
}

describe.skipIf(!hasGit)(`submodules${reason}`, () => {
  /** `outer` holds `middle` at `lib/middle`, which holds `inner` at `in`. */
  function makeThree() {
    const root = temporaryDirectory()
    const [outer, middle, inner] = ['outer', 'middle', 'inner'].map((name) =>
      initRepository(join(root, name)),
    )
    if (outer === undefined || middle === undefined || inner === undefined)
      throw new Error()
    writeFiles(inner, { i: 'inside', '.gitignore': 'x' })
    const innermost = commitAll(inner)
    writeFiles(middle, { m: 'middle' })
    git(middle, 'add', 'm')
    addSubmodule(middle, { path: 'in', url: '../inner', commit: innermost })
    const between = commitIndex(middle)
    writeFiles(outer, { o: 'out', z: 'last' })
    git(outer, 'add', '.')
    addSubmodule(outer, { path: 'lib/middle', url: './../middle', commit: between })
    return { root, outer, commit: commitIndex(outer) }
  }

  const expected = [
    '. directory 755 ',
    expect.stringContaining('.gitmodules file 644 [submodule "lib/middle"]'),
    'lib directory 755 ',
    'lib/middle directory 755 ',
    'o file 644 out',
    'z file 644 last',
    expect.stringContaining('lib/middle/.gitmodules file 644 [submodule "in"]'),
    'lib/middle/in directory 755 ',
    'lib/middle/m file 644 middle',
    'lib/middle/in/.gitignore file 644 x',
    'lib/middle/in/i file 644 inside',
  ]

  test('are fetched from beside their repository, those of submodules, too', async () => {
    const { root, commit } = makeThree()
    const { url } = await serveGit(root)
    const { outcome, kept } = await fetchFrom(`${url}/outer`, commit)
    expect(outcome).toEqual({ kind: 'done' })
    expect(summarise(kept)).toEqual(expected)
  })

  test('of a local repository are read locally', async () => {
    const { outer, commit } = makeThree()
    const { outcome, kept } = await fetchFrom(outer, commit)
    expect(outcome).toEqual({ kind: 'done' })
    expect(summarise(kept)).toEqual(expected)
  })

  test('that are not there make the whole absent', async () => {
    const root = temporaryDirectory()
    const outer = initRepository(join(root, 'outer'))
    const commit = '12'.repeat(20)
    addSubmodule(outer, { path: 'gone', url: './', commit })
    const { outcome } = await fetchFrom(outer, commitIndex(outer))
    expect(outcome).toEqual({
      kind: 'absent',
      why: `the submodule "gone" from "${outer}": it has no commit ${commit}`,
    })
  })

  test.each([
    ['without a URL', undefined, 'the submodule "a/b" has no URL in .gitmodules'],
    ['over SSH', 'git@git.example:x', 'not spoken here'],
    ['with a helper of git', 'ext::sh -c true', 'asks for a remote helper'],
    ['with credentials', 'https://me:word@git.example/x', 'carries credentials'],
  ])('%s are refused', async (_, url, why) => {
    const outer = initRepository(join(temporaryDirectory(), 'outer'))
    const module = { path: 'a/b', commit: '12'.repeat(20) }
    addSubmodule(outer, url === undefined ? module : { ...module, url })
    const fetching = fetchFrom(outer, commitIndex(outer))
    await expect(fetching).rejects.toMatchObject({ code: 'inoperable-path' })
    await expect(fetching).rejects.toThrow(why)
    await expect(fetching).rejects.not.toThrow('word')
  })

  test('in too many levels are refused', async () => {
    const root = temporaryDirectory()
    let commit = '12'.repeat(20)
    let work = ''
    for (let i = 0; i < 10; i++) {
      work = initRepository(join(root, `r${i}`))
      addSubmodule(work, { path: 'sub', url: `../r${i - 1}`, commit })
      commit = commitIndex(work)
    }
    await expect(fetchFrom(work, commit)).rejects.toThrow('8 levels deep')
  })
})

test('a link in the place of .gitmodules is not followed', async () => {
  const text = '[submodule "s"]\npath = s\nurl = ../s\n'
  const tree = treeOf(
    ['120000', '.gitmodules', idOf('blob', text)],
    ['160000', 's', '12'.repeat(20)],
  )
  const { pack, commit } = packOfTree(tree, { type: 3, data: text })
  await expect(fetchPack(pack, commit)).rejects.toThrow('"s" has no URL')
})

describe('the place of a submodule', () => {
  function locate(parentText: string, url: string): string {
    const parent = parseWarehouseAddress(parentText, 'git')
    if ('why' in parent) throw new Error(parent.why)
    const address = locateSubmodule({
      path: 'sub',
      url,
      parent: parent.address,
      cwd: '/here',
    })
    if (address.scheme === 'file') return address.path
    return 'url' in address ? address.url : ''
  }

  test.each([
    ['https://a.example/y', 'http://b.example/z', 'leads from https to http'],
    ['https://a.example/y', 'https://127.0.0.1/z', 'which is no public server'],
    ['https://a.example/y', 'https://169.254.169.254/z', 'which is no public server'],
    ['https://a.example/y', 'https://[::1]/z', 'which is no public server'],
    ['https://a.example/y', 'https://[::ffff:10.0.0.1]/z', 'which is no public server'],
    ['https://a.example/y', 'https://0x7f.1/z', 'which is no public server'],
    ['https://a.example/y', 'https://localhost:8443/z', 'which is no public server'],
    ['https://a.example/y', 'https://db.team.svc/z', 'which is no public server'],
  ])('of %s, none at %s', (parent, url, why) => {
    expect(() => locate(parent, url)).toThrow(why)
  })

  test.each([
    ['http://127.0.0.1:3000/y', 'http://127.0.0.1:4000/z'],
    ['http://git.team.svc/y', 'http://10.1.2.3/z'],
    ['/srv/y', 'http://127.0.0.1:4000/z'],
    ['http://a.example/y', 'https://b.example/z'],
  ])('of %s, one at %s: the network is the same, or public', (parent, url) => {
    expect(locate(parent, url)).toBe(url)
  })

  test.each([
    ['https://a.example/x/y.git', '../z.git', 'https://a.example/x/z.git'],
    ['https://a.example/x/y.git/', '../z.git', 'https://a.example/x/z.git'],
    ['https://a.example/x/y', './z', 'https://a.example/x/y/z'],
    ['https://a.example:8443/x/y', '../../w/z', 'https://a.example:8443/w/z'],
    ['https://a.example/x', 'http://github.com/b/z', 'https://github.com/b/z'],
    ['/a/b', '../z', '/a/z'],
    ['b', '../z', '/here/z'],
    ['/a/b', '/c', '/c'],
    ['/a/b', 'https://a.example/x', 'https://a.example/x'],
  ])('beside %s with %s is %s', (parent, url, expected) => {
    expect(locate(parent, url)).toBe(expected)
  })

  test.each([
    ['https://a.example/x', '../../z', 'leads out of its server'],
    ['https://a.example/x', '../..', 'leads out of its server'],
    ['https://a.example/x', '..', 'on the machine of the author'],
    ['https://a.example/x', '/etc', 'on the machine of the author'],
    ['https://a.example/x', 'file:///etc', 'on the machine of the author'],
    ['https://a.example/x', '-x', 'starts with "-"'],
    ['https://a.example/x', 'ssh://git@b.example/z', 'not spoken here'],
    ['https://a.example/x', 'git://b.example/z', 'not spoken here'],
    ['https://a.example/x', '', 'is empty'],
  ])('beside %s with %s is refused', (parent, url, why) => {
    expect(() => locate(parent, url)).toThrow(why)
  })
})

test('.gitmodules is read as git reads it', () => {
  const text = String.raw`
# a comment
[submodule "one"]
	path = lib/one  ; the first
	URL = https://a.example/one
[submodule "two \"2\""]
	url = "https://a.example/#two" # not this
	path = "two words"
	branch
[SubModule "three"] path = three/
	url = https://a.example/\
three
	url = https://a.example/last
[other "four"]
	path = four
	url = https://a.example/four
[submodule]
	path = five
[submodule "six"]
	url = https://a.example/six
[submodule "seven"]
	path = seven
`
  expect([...readModules(text)]).toEqual([
    ['lib/one', 'https://a.example/one'],
    ['two words', 'https://a.example/#two'],
    ['three', 'https://a.example/last'],
  ])
})
