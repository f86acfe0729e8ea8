import { describe, expect, test } from 'vitest'
import { describeProblem, type Problem } from '../../src/errors.ts'
import { addressesOf, readCatalogMirrors } from '../../src/plot/catalog-mirrors.ts'
import { parseCatalogReference } from '../../src/plot/catalog-reference.ts'
import {
  readCatalogModule,
  readCatalogRelease,
  wareOfItem,
} from '../../src/plot/catalog.ts'
import { readModule } from '../../src/plot/read-module.ts'
import { parseWareId } from '../../src/ware/ware-id.ts'
import { isObject, type JsonObject } from '../../src/json.ts'
import { legacyHash } from '../formula/read.ts'
import { readVectors } from '../formula/vectors.ts'

const published = readVectors().find(({ identity }) => identity === 'release')
if (!isObject(published?.document)) throw new Error('no published release')
const { document, expected: cid } = { ...published, document: published.document }
const busybox = 'tar:4z9DCTxoKkStqXQRwtf9nimpfQQ36dbndDsAPCQgECfbXt3edanUrsVKCjE9TkX2v9'

function releaseOf(content: JsonObject, release = 'v1.35.0') {
  const text = JSON.stringify(content, null, 1)
  return readCatalogRelease(text, 'r.json', { release, cid })
}

describe('a release', () => {
  test('is taken when its CID is the one that the module lists', () => {
    const read = releaseOf(document)
    const items = 'release' in read ? [...read.release.items] : []
    expect(items).toEqual([['amd64-static', { ware: busybox, where: 'r.json:4:19' }]])
  })

  test('is taken however it is laid out: the CID is of what it says', () => {
    const text = '{"metadata":{},,"items":' + JSON.stringify(document['items'])
    const read = readCatalogRelease(`${text} "releaseName":"v1.35.0"}`, 'r.json', {
      release: 'v1.35.0',
      cid,
    })
    expect(read).toHaveProperty('release')
  })

  test.each([
    [
      'an item',
      { ...document, items: { 'amd64-static': busybox.replace('4z9', '4z8') } },
    ],
    ['a label', { ...document, items: { 'amd64-statik': busybox } }],
    ['its metadata', { ...document, metadata: { a: '' } }],
  ])('is refused when one byte of %s was changed', (_, changed) => {
    const problems = problemsIn(releaseOf(changed))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(
      /^cannot read the catalog at r\.json:1:1: the document: the module lists it with the CID zM5K3Z62\w+, but it has zM5K3\w+$/,
    )
  })

  test.each([
    [
      'under another name',
      { ...document, releaseName: 'v1.36.0' },
      'releaseName: is the release "v1.36.0", where "v1.35.0" should be',
    ],
    [
      'with an item that is no text',
      { ...document, items: { a: 1.5 } },
      'items.a: must be a string, not 1.5',
    ],
    [
      'without its metadata',
      { releaseName: 'v1.35.0', items: {} },
      'the document: needs the member "metadata"',
    ],
    [
      'with more than a release has',
      { ...document, item: 1 },
      'item: is unknown; did you mean "items"?',
    ],
    [
      'that is a plot',
      { 'plot.v1': {} },
      'it is a Warpforge plot, not a release of a catalog',
    ],
  ])('is refused %s', (_, content, why) => {
    expect(problemsIn(releaseOf(content)).map(withoutPlace)).toEqual([why])
  })

  test('may hold wares of other tools; only the one that is asked for is judged', () => {
    const item = (ware: string) => wareOfItem({ ware, where: 'r.json:1:1' })
    expect(item(busybox)).toMatchObject({ wareId: { packtype: 'tar' } })
    expect(problemsIn(item('oci:x'))).toEqual([
      'cannot read the catalog at r.json:1:1: "oci" is no packtype; known are tar, zip, git, dir, s3, gs, file',
    ])
    expect(problemsIn(item(`tar:${legacyHash}`)).map(withoutPlace)).toEqual([
      expect.stringMatching(
        /is a hash of the legacy hash space; Warpforge cannot name it$/,
      ),
    ])
  })
})

describe('a module of a catalog', () => {
  const moduleOf = (content: JsonObject) =>
    readCatalogModule(
      JSON.stringify({ 'catalogmodule.v1': content }),
      'm.json',
      'foo.org/x',
    )
  const content = { name: 'foo.org/x', releases: { v1: 'zA' }, metadata: {} }

  test('lists its releases', () => {
    expect(moduleOf(content)).toEqual({ module: { releases: new Map([['v1', 'zA']]) } })
  })

  test.each([
    [
      'that belongs elsewhere',
      { ...content, name: 'foo.org/y' },
      '"catalogmodule.v1".name: is the module "foo.org/y", where "foo.org/x" should be',
    ],
    [
      'whose releases are no texts',
      { ...content, releases: { v1: {} } },
      '"catalogmodule.v1".releases.v1: must be a string, not a map',
    ],
  ])('is refused %s', (_, changed, why) => {
    expect(problemsIn(moduleOf(changed)).map(withoutPlace)).toEqual([why])
  })

  test('is refused without its capsule', () => {
    const read = readCatalogModule(JSON.stringify(content), 'm.json', 'foo.org/x')
    expect(problemsIn(read).map(withoutPlace)).toEqual([
      'it is a module of a catalog without its capsule "catalogmodule.v1"',
    ])
  })
})

describe('mirrors', () => {
  const parsed = parseWareId(busybox)
  if ('why' in parsed) throw new Error(parsed.why)
  const { wareId } = parsed
  const addresses = (content: JsonObject) => {
    const read = readCatalogMirrors(
      JSON.stringify({ 'catalogmirrors.v1': content }, null, 1),
      'mirrors.json',
    )
    if ('problems' in read) throw new Error(problemsIn(read).join())
    return addressesOf(read.mirrors, 'foo.org/x', wareId)
  }
  const byModule = {
    'foo.org/x': { tar: ['ca+https://m', 'https://w/1'], git: ['https://g'] },
  }

  test('of the ware come before those of its module, each once, S3 as it is read', () => {
    const byWare = { [busybox]: ['https://w/1', 'ca+s3://s'], 'tar:other': ['https://o'] }
    expect(addresses({ byWare, byModule })).toEqual({
      addresses: ['https://w/1', 'ca+https://s', 'ca+https://m'],
      warnings: [],
    })
  })

  test.each([
    ['of the ware alone', { byWare: { [busybox]: ['https://w/1'] } }, ['https://w/1']],
    ['of the module alone', { byModule }, ['ca+https://m', 'https://w/1']],
    ['of another module', { byModule: { 'foo.org/y': { tar: ['https://y'] } } }, []],
    ['of nothing', {}, []],
  ])('%s', (_, content, expected) => {
    expect(addresses(content).addresses).toEqual(expected)
  })

  test('that cannot be used are told and do not keep from using the others', () => {
    const urls = ['gopher://a', 'https://me:s3cret@b/w', 'ca+https://c']
    const found = addresses({ byWare: { [busybox]: urls } })
    expect(found.addresses).toEqual(['ca+https://c'])
    expect(found.warnings).toEqual([
      expect.stringMatching(/^mirrors\.json:5:5: "gopher:\/\/a" has an unknown scheme/),
      expect.stringMatching(/^mirrors\.json:6:5: /),
    ])
    expect(found.warnings.join()).not.toContain('s3cret')
  })

  test.each([
    [
      '{"catalogmirrors.v1": {"byWare": []}}',
      '"catalogmirrors.v1".byWare: must be a map, not a list',
    ],
    [
      '{"catalogmirrors.v1": {"byModule": {"x": {"tar": "https://a"}}}}',
      '"catalogmirrors.v1".byModule.x.tar: must be a list, not a string',
    ],
    ['{"byWare": {}}', 'it is a list of mirrors without its capsule "catalogmirrors.v1"'],
  ])('%s is refused', (text, why) => {
    expect(problemsIn(readCatalogMirrors(text, 'm.json')).map(withoutPlace)).toEqual([
      why,
    ])
  })
})

const ends = 'with a letter or digit at both ends'

describe('a module name', () => {
  const read = (name: string) =>
    readModule(JSON.stringify({ 'module.v1': { name } }), 'module.wf')

  test.each([
    ...[
      'test',
      'foo.bar/grill',
      'foo-bar',
      '1.2/3',
      'a/b.c-d/e..f',
      `a/${'x'.repeat(63)}`,
    ],
    ['a', 'b', 'c', 'd'].map((label) => label.repeat(62)).join('.'),
  ])('%s is one', (name) => {
    expect(read(name)).toEqual({ module: { name } })
  })

  test.each([
    ['', `"" is not lower-case letters, digits and "-" ${ends}`],
    ['Foo.org', `"Foo" is not lower-case letters, digits and "-" ${ends}`],
    ['foo..org', `"" is not lower-case letters, digits and "-" ${ends}`],
    ['foo.org/', `"" is not lower-case letters, digits, "." and "-" ${ends}`],
    ['foo.org/..', `".." is not lower-case letters, digits, "." and "-" ${ends}`],
    ['foo.org/../../etc', `".." is not lower-case letters, digits, "." and "-" ${ends}`],
    ['/etc', `"" is not lower-case letters, digits and "-" ${ends}`],
    [
      'foo.org/_releases',
      `"_releases" is not lower-case letters, digits, "." and "-" ${ends}`,
    ],
    ['foo.org/a\\b', `"a\\\\b" is not lower-case letters, digits, "." and "-" ${ends}`],
    ['foo:bar', `"foo:bar" is not lower-case letters, digits and "-" ${ends}`],
    ['foo\n', `"foo\\n" is not lower-case letters, digits and "-" ${ends}`],
    ['x'.repeat(64), `"${'x'.repeat(60)}…" has more than 63 characters`],
    ['a.'.repeat(126) + 'ab', 'its domain has more than 253 characters'],
  ])('%j is none', (name, why) => {
    const [problem, ...others] = problemsIn(read(name))
    expect(others).toEqual([])
    expect(problem).toContain(
      'cannot read the module at module.wf:1:22: "module.v1".name: ',
    )
    expect(problem?.endsWith(` is no module name: ${why}`)).toBe(true)
  })

  test.each([
    ['{"name": "test"}', 'it is a module without its capsule "module.v1"'],
    ['{"plot.v1": {}}', 'it is a Warpforge plot, not a module'],
    ['{"module.v1": {}}', '"module.v1": needs the member "name"'],
    ['{"module.v1": {"name": 1}}', '"module.v1".name: must be a string, not 1'],
    [
      '{"module.v1": {"name": "a", "plot": 1}}',
      '"module.v1".plot: is unknown; known are name',
    ],
  ])('stands in a document of its own, which %s is not', (text, why) => {
    expect(problemsIn(readModule(text, 'module.wf')).map(withoutPlace)).toEqual([why])
  })
})

describe('a reference', () => {
  test('names module, release and item', () => {
    expect(parseCatalogReference('foo.org/x:v1.0+2:amd64/static')).toEqual({
      reference: { module: 'foo.org/x', release: 'v1.0+2', item: 'amd64/static' },
    })
  })

  test.each([
    ['foo.org/x', '"foo.org/x" is not of the form "module:release:item"'],
    ['a:b:c:d', '"a:b:c:d" is not of the form "module:release:item"'],
    ['a::i', 'a name is empty'],
    ['a:v1:', 'a name is empty'],
    ['a:..:i', '".." is no release: it begins with "."'],
    ['a:../../x:i', '"../../x" is no release: it holds a slash'],
    ['a:x\\y:i', '"x\\\\y" is no release: it holds a slash'],
    ['a:v 1:i', '"v 1" is no name: it holds ":", white space or a control character'],
    [`a:${'é'.repeat(101)}:i`, `"${'é'.repeat(60)}…" is no release: it is too long`],
  ])('%s is none', (text, why) => {
    expect(parseCatalogReference(text)).toEqual({ why })
  })
})

function problemsIn(read: object): string[] {
  const { problems } = read as { problems?: readonly Problem[] }
  return (problems ?? []).map(describeProblem)
}

function withoutPlace(line: string): string {
  return line.replace(/^cannot read the \w+ at [^ ]+: /, '')
}
