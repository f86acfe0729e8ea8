import { describe, expect, test } from 'vitest'
import { redactAddress } from '../../src/ware/address-text.ts'
import {
  isReachableFromPods,
  parseWarehouseAddress,
  whyNoWarehouse,
} from '../../src/ware/warehouse-address.ts'

function parse(text: string, packtype: 'tar' | 'git' = 'tar') {
  const parsed = parseWarehouseAddress(text, packtype)
  if ('why' in parsed) throw new Error(parsed.why)
  return parsed.address
}

function whyNot(text: string, packtype: 'tar' | 'git' = 'tar'): string {
  const parsed = parseWarehouseAddress(text, packtype)
  if ('address' in parsed)
    throw new Error(`accepted as ${JSON.stringify(parsed.address)}`)
  return parsed.why
}

describe('addresses of archives', () => {
  test.each([
    ['file:///srv/a.tgz', { scheme: 'file', layout: 'single', path: '/srv/a.tgz' }],
    ['file://./a%20b.tgz', { scheme: 'file', layout: 'single', path: './a b.tgz' }],
    ['file://a.tgz', { scheme: 'file', layout: 'single', path: 'a.tgz' }],
    ['ca+file:///srv/wares', { scheme: 'file', layout: 'fan-out', path: '/srv/wares' }],
    ['file+ca://./wares/', { scheme: 'file', layout: 'flat', path: './wares/' }],
    [
      'http://h/a.tgz?v=1',
      { scheme: 'http', layout: 'single', url: 'http://h/a.tgz?v=1' },
    ],
    ['ca+http://h:81/w/', { scheme: 'http', layout: 'fan-out', url: 'http://h:81/w' }],
    ['http+ca://h/w', { scheme: 'http', layout: 'flat', url: 'http://h/w' }],
    ['https://h/a', { scheme: 'https', layout: 'single', url: 'https://h/a' }],
    ['CA+HTTPS://h', { scheme: 'https', layout: 'fan-out', url: 'https://h' }],
    ['https+ca://h/w//', { scheme: 'https', layout: 'flat', url: 'https://h/w' }],
    [
      's3://bucket/a/b.tgz',
      { scheme: 's3', layout: 'single', bucket: 'bucket', key: 'a/b.tgz' },
    ],
    ['ca+s3://bucket', { scheme: 's3', layout: 'fan-out', bucket: 'bucket', key: '' }],
    ['s3+ca://bucket/w/', { scheme: 's3', layout: 'flat', bucket: 'bucket', key: 'w' }],
    ['s3+splay://bucket/w', { scheme: 's3', layout: 'flat', bucket: 'bucket', key: 'w' }],
    ['gs://bucket/a', { scheme: 'gs', layout: 'single', bucket: 'bucket', key: 'a' }],
    ['gs+ca://bucket/w', { scheme: 'gs', layout: 'flat', bucket: 'bucket', key: 'w' }],
    [
      'oci://ghcr.io:443/team/wares',
      {
        scheme: 'oci',
        layout: 'artifact',
        registry: 'ghcr.io:443',
        repository: 'team/wares',
      },
    ],
  ])('%s is read', (text, expected) => {
    const contentAddressed = expected.layout !== 'single'
    expect(parse(text)).toEqual({ ...expected, text, contentAddressed })
  })

  test.each([
    ['', /empty/],
    ['/srv/wares', /no scheme/],
    ['-oProxyCommand=x', /starts with "-"/],
    ['https://-h/x', /host that starts with "-"/],
    ['https://h/a\nb', /control character/],
    ['https://h/a b', /space/],
    ['https://h/a#b', /fragment/],
    ['https://', /no valid URL/],
    ['https://h:x/', /no valid URL/],
    ['ca+https://h/w?x=1', /has a query/],
    ['file://', /names no path/],
    ['file:///a%zz', /encodes no character/],
    ['file:///a%00b', /encodes no character/],
    ['file:///a?b', /query/],
    ['s3://bucket/', /no object/],
    ['s3://b_', /no valid bucket/],
    ['oci://ghcr.io/team/wares:latest', /without a tag/],
    ['oci://ghcr.io/', /without a tag/],
    ['oci://ghcr.io/UPPER/x', /upper case in its repository/],
    ['ca+htps://h/', /did you mean "ca\+https"/],
    ['rsync://h/', /known are file/],
  ])('%j is refused', (text, why) => {
    expect(whyNot(text)).toMatch(why)
  })
})

describe('addresses of git repositories', () => {
  test.each([
    ['https://git.example/a.git', { scheme: 'https', url: 'https://git.example/a.git' }],
    ['http://git.example/a.git', { scheme: 'http', url: 'http://git.example/a.git' }],
    ['http://github.com/a/b', { scheme: 'https', url: 'https://github.com/a/b' }],
    ['git://h/a', { scheme: 'git', url: 'git://h/a' }],
    ['ssh://git@h:22/a', { scheme: 'ssh', url: 'ssh://git@h:22/a' }],
    ['git@h:team/a.git', { scheme: 'ssh', url: 'git@h:team/a.git' }],
    ['h:a.git', { scheme: 'ssh', url: 'h:a.git' }],
    ['file:///srv/a.git', { scheme: 'file', path: '/srv/a.git' }],
    ['./a.git', { scheme: 'file', path: './a.git' }],
    ['/srv/a:b', { scheme: 'file', path: '/srv/a:b' }],
  ])('%s is read', (text, expected) => {
    expect(parse(text, 'git')).toEqual({
      ...expected,
      text,
      layout: 'repository',
      contentAddressed: true,
    })
  })

  test.each([
    ['ext::sh -c "curl x"', /remote helper/],
    ['ssh://-oProxyCommand=x/a', /starts with "-"/],
    ['-x@h:a', /starts with "-"/],
    ['h:-x', /starts with "-"/],
    ['file://-x', /starts with "-"/],
    ['ca+https://h/a', /no address of a git repository/],
    ['https://h/', /no host or no repository/],
    ['@h:a', /no host or no repository/],
    ['h:', /no host or no repository/],
  ])('%j is refused', (text, why) => {
    expect(whyNot(text, 'git')).toMatch(why)
  })
})

describe('credentials', () => {
  test.each([
    ['tar', 'https://user:hunter2@h/a'],
    ['tar', 'ca+https://hunter2@h/a'],
    ['tar', 'https://user:hunt/er2@h/a hunter2@'],
    ['tar', 'https://user:hunter2/x@h/a'],
    ['tar', 's3://hunter2:x@bucket/a'],
    ['tar', 'oci://hunter2@ghcr.io/a'],
    ['tar', 'ftp://user:hunter2@h/'],
    ['git', 'https://user:hunter2@h/a'],
    ['git', 'https://hunter2@h/a'],
    ['git', 'ssh://git:hunter2@h/a'],
    ['git', 'git:hunter2@h:a'],
  ] as const)('%s %s is refused without repeating the secret', (packtype, text) => {
    expect(whyNot(text, packtype)).not.toContain('hunter2')
  })

  test('the reason says where they belong', () => {
    expect(whyNot('https://u:p@h/a')).toContain('r2k8s.io/warehouse-secret')
  })

  test.each([
    'X-Amz-Signature',
    'X-Amz-Credential',
    'x-amz-security-token',
    'X-Goog-Signature',
    'Signature',
    'sig',
    'SIG',
    'token',
    'access_token',
    'private-token',
    'AccessToken',
    'AWSAccessKeyId',
    'key',
    'api_key',
    'ApiKey',
    'password',
    'passwd',
    'pwd',
    'client_secret',
    'auth',
    'tok%65n',
    'v=1&token',
    'v=1;token',
  ])('a signed URL with %s in its query is refused without repeating it', (name) => {
    for (const packtype of ['tar', 'git'] as const) {
      const why = whyNot(`https://h/a.tgz?${name}=hunter2`, packtype)
      expect(why).toContain('"https://h/a.tgz?…" carries credentials in its query')
      expect(why).toContain('r2k8s.io/warehouse-secret')
      expect(why).not.toMatch(/hunter2|\?[^…]/)
    }
  })

  test('a signed URL serves no ware when it is given for all of them', () => {
    expect(whyNoWarehouse('https://h/a?token=hunter2')).toContain('carries credentials')
  })

  test.each(['v=1', 'monkey=1', 'raw', 'design=a', 'path=a/token', 'X-Amz-Date=1'])(
    'the query %j holds no credential and stays allowed',
    (query) => {
      expect(parse(`https://h/a?${query}`)).toMatchObject({
        url: `https://h/a?${query}`,
      })
    },
  )

  test('an address without scheme does not show its secret in the example', () => {
    expect(whyNot('h/a?token=hunter2')).toMatch(/"file:\/\/h\/a\?…"$/)
    expect(whyNot('u:hunter2@h/a')).not.toContain('hunter2')
  })

  test.each([
    ['https//user:hunter2@h/a', 'https//…@h/a'],
    ['https//hunter2@h/a', 'https//…@h/a'],
    ['//user:hunter2@h', '//…@h'],
    ['https:/user:hunter2@h', '…@h'],
    ['mirror/user:hunter2@h', 'mirror/…@h'],
    ['user@mail.example:hunter2@h/a', '…@h/a'],
    ['ca+https//user:hunt/hunter2@h/a', 'ca+https//…@h/a'],
  ])('a mistyped address shows no login: %s', (text, shown) => {
    expect(redactAddress(text)).toBe(shown)
    expect(whyNoWarehouse(text)).toContain('has no scheme')
    expect(whyNoWarehouse(text)).not.toContain('hunter2')
  })

  test.each(['https://h/a', 'git@h:a/b', './a:b/c', 'oci://h:5000/a', 'host/a@b'])(
    'an address without a login is shown as it is: %s',
    (text) => {
      expect(redactAddress(text)).toBe(text)
    },
  )

  test('signatures in a query are not shown either', () => {
    expect(redactAddress('https://h/a?X-Amz-Signature=hunter2')).toBe('https://h/a?…')
  })
})

test.each([
  ['tar', 'file:///a', false],
  ['tar', 'ca+file:///a', false],
  ['git', './a', false],
  ['git', 'file:///a', false],
  ['git', 'git@h:a', true],
  ['tar', 'ca+https://h/', true],
  ['tar', 's3+ca://bucket/', true],
] as const)(
  'whether a pod can reach the %s address %s is %s',
  (packtype, text, reachable) => {
    expect(isReachableFromPods(parse(text, packtype))).toBe(reachable)
  },
)
