import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directoryWith, kubectlR2k8s } from './cli.ts'
import { formula, manifest, service } from './samples.ts'

describe('bad input', () => {
  const failing = async (files: Record<string, string>, ...args: string[]) => {
    const cwd = directoryWith(files)
    const result = await kubectlR2k8s(['template', ...args], { cwd })
    expect(result.stdout).toBe('')
    return { exit: result.exit, lines: result.stderr.trimEnd().split('\n') }
  }

  test('a reference to a missing file names container and place', async () => {
    expect(await failing({ 'a.yaml': manifest('./no.formula') }, 'a.yaml')).toEqual({
      exit: 61,
      lines: [
        'error: cannot rewrite container "web" at a.yaml:8:12: there is no file "no.formula" [formula-not-found]',
        'hint: the path of a formula is relative to the manifest',
      ],
    })
  })

  test('a reference to a directory', async () => {
    const cwd = directoryWith({ 'a.yaml': manifest('./d') })
    mkdirSync(join(cwd, 'd'))
    const { exit, stderr } = await kubectlR2k8s(['template', 'a.yaml'], { cwd })
    expect(exit).toBe(62)
    expect(stderr).toContain('"d" is a directory')
  })

  test('a formula that is a pipe or a device is refused at once', async () => {
    const cwd = directoryWith({
      'a.yaml': manifest('./pipe'),
      'b.yaml': manifest('./zero'),
    })
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    symlinkSync('/dev/zero', join(cwd, 'zero'))
    for (const [file, name] of [
      ['a.yaml', 'pipe'],
      ['b.yaml', 'zero'],
    ] as const) {
      const { exit, stderr } = await kubectlR2k8s(['template', file], { cwd })
      expect(exit).toBe(62)
      expect(stderr).toContain(`"${name}" is no regular file`)
    }
  })

  test('a formula of more than 256 KiB', async () => {
    const large = `${formula}${' '.repeat(300_000)}`
    const { exit, lines } = await failing(
      { 'a.yaml': manifest('./x'), x: large },
      'a.yaml',
    )
    expect(exit).toBe(62)
    expect(lines[0]).toContain('"x" has more than 262144 bytes')
  })

  test('names that hold escapes of terminals come out as text', async () => {
    const cwd = directoryWith({ 'web.formula': formula })
    const name = '"a\\e[31m\\u009b"'
    const stdin = manifest('./web.formula').replace('  - name: web', `  - name: ${name}`)
    const bad = await kubectlR2k8s(['template'], { cwd, stdin })
    expect(bad.stderr).not.toMatch(/[\u001b\u009b]/)
    const other = `${manifest('./web.formula')}  - {name: "x\\e[31m", image: "y\\u009b"}\n`
    for (const report of ['table', 'json']) {
      const told = await kubectlR2k8s(['template', `--report=${report}`], {
        cwd,
        stdin: other,
      })
      expect(told.exit).toBe(0)
      expect(told.stderr).toContain('\\u001b[31m')
      expect(told.stderr).not.toMatch(/[\u001b\u009b]/)
    }
  })

  test('no YAML', async () => {
    const { exit, lines } = await failing({ 'a.yaml': 'containers: [./x\n' }, 'a.yaml')
    expect(exit).toBe(60)
    expect(lines[0]).toMatch(
      /^error: cannot read the manifest at a\.yaml:\d+:\d+: .* \[manifest-invalid\]$/,
    )
  })

  test('half a stream is never written, and all problems are told', async () => {
    const stream = `${service}---\n${manifest('repeatr:0/Web')}---\n${manifest('./no.formula')}`
    const { exit, lines } = await failing({ 'a.yaml': stream }, 'a.yaml')
    expect(exit).toBe(60)
    expect(lines.filter((line) => line.startsWith('error:'))).toHaveLength(2)
  })

  test('a formula of no dialect', async () => {
    const { exit, lines } = await failing(
      { 'a.yaml': manifest('./x.formula'), 'x.formula': '{"a": 1}' },
      'a.yaml',
    )
    expect(exit).toBe(62)
    expect(lines[0]).toMatch(/^error: cannot read .* at x\.formula:1:1: /)
  })

  test('problems of a formula are told once, however many containers name it', async () => {
    const bad = formula.replace('"exec"', '"exce"')
    const stream = [1, 2].map(() => manifest('./x.formula')).join('---\n')
    const { exit, lines } = await failing(
      { 'a.yaml': stream, 'x.formula': bad },
      'a.yaml',
    )
    expect(exit).toBe(62)
    expect(lines.filter((line) => line.includes('exce'))).toHaveLength(1)
  })

  test('a formula whose warehouses are all on its author’s disk, with the way out', async () => {
    const local = formula.replace('ca+https://wares.example/', 'file://./busybash.tgz')
    const files = { 'a.yaml': manifest('./x.formula'), 'x.formula': local }
    const { exit, lines } = await failing(files, 'a.yaml')
    expect(exit).toBe(62)
    expect(lines[0]).toContain('no pod can reach "file://./busybash.tgz"')
    expect(lines[1]).toContain('--source')
    const cwd = directoryWith(files)
    const args = ['template', 'a.yaml', '--source', 'ca+https://wares.example/']
    const found = await kubectlR2k8s(args, { cwd })
    expect(found.exit).toBe(0)
    expect(found.stderr).toContain('left out, no pod can reach it: file://./busybash.tgz')
  })

  test('duplicate keys', async () => {
    const { exit, lines } = await failing(
      { 'a.yaml': `${manifest('./x')}    image: ./y\n` },
      'a.yaml',
    )
    expect(exit).toBe(60)
    expect(lines[0]).toContain('a.yaml:9:5')
  })

  test('a bomb of aliases', async () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++)
      bomb.push(
        `b${i}: &b${i} [${Array(9)
          .fill(i === 1 ? '*a' : `*b${i - 1}`)
          .join(', ')}]`,
      )
    const { exit } = await failing(
      { 'a.yaml': `${manifest('./x.formula')}${bomb.join('\n')}\n` },
      'a.yaml',
    )
    expect(exit).toBe(60)
  })

  test('settings with an unknown member, named with its place', async () => {
    const files = { 's.yaml': 'baseImage: x\nagentImge: y\n', 'a.yaml': service }
    expect(await failing(files, 'a.yaml', '--settings', 's.yaml')).toEqual({
      exit: 65,
      lines: [
        'error: cannot read the settings at s.yaml:2:1: the settings have no member "agentImge"; did you mean "agentImage"? [settings-invalid]',
      ],
    })
  })

  test('settings with wrong values, each named with its member', async () => {
    const text = 'ownership: mine\nallowedHostPaths: [srv]\nwarehouses: [htp://x]\n'
    const { lines } = await failing(
      { 's.yaml': text, 'a.yaml': service },
      'a.yaml',
      '--settings',
      's.yaml',
    )
    expect(lines).toEqual([
      expect.stringContaining(
        'at s.yaml:1:1: /ownership: it must be one of "auto", "keep", "flatten"',
      ),
      expect.stringContaining('/allowedHostPaths/0: it must match pattern'),
      expect.stringContaining('/warehouses/0: "htp://x" has an unknown scheme'),
    ])
  })

  test('a --source that is no address', async () => {
    const { exit, lines } = await failing(
      { 'a.yaml': service },
      'a.yaml',
      '--source',
      'htp://x',
    )
    expect(exit).toBe(1)
    expect(lines[0]).toMatch(/^error: cannot use --source: /)
  })

  test.each(['', 'BAD!!', 'a b', 'repeatr:0/web', './web.formula'])(
    '%j as an image',
    async (image) => {
      const { exit, lines } = await failing(
        { 'a.yaml': service },
        'a.yaml',
        '--base-image',
        image,
      )
      expect(exit).toBe(1)
      expect(lines[0]).toContain('no name of an image')
    },
  )

  test('a --source without its scheme', async () => {
    const { lines } = await failing(
      { 'a.yaml': service },
      'a.yaml',
      '--source',
      'wares.example',
    )
    expect(lines[0]).toMatch(/^error: cannot use --source: .* has no scheme/)
  })

  test('a flag of the wrong form names the help of its command', async () => {
    const { stderr } = await kubectlR2k8s(['formula', 'convert', 'x'])
    expect(stderr).toContain('hint: kubectl r2k8s formula convert -h tells more')
  })

  test('no command gets the help and no second complaint', async () => {
    const { exit, stderr } = await kubectlR2k8s([])
    expect(exit).toBe(1)
    expect(stderr).toMatch(/^Usage: kubectl r2k8s/)
    expect(stderr).not.toContain('error:')
  })

  test('a manifest that is not there, a directory, one without manifests', async () => {
    const files = { 'd/x.txt': '' }
    expect((await failing(files, 'no.yaml')).lines[0]).toBe(
      'error: cannot read the manifest: there is no file "no.yaml" [manifest-invalid]',
    )
    expect((await failing(files, 'd')).lines[0]).toContain('"d" is a directory')
    expect((await failing(files, '-f', 'd')).lines[0]).toContain(
      'holds no file that ends in .yaml',
    )
  })

  test('several manifests that are not there are all told', async () => {
    expect((await failing({}, 'a.yaml', 'b.yaml')).lines).toHaveLength(2)
  })

  test('nothing to read from a terminal', async () => {
    const { exit, stderr } = await kubectlR2k8s(['template'], { terminal: true })
    expect(exit).toBe(1)
    expect(stderr).toContain('stdin is a terminal')
  })

  test('a mistyped flag or command gets the nearest', async () => {
    const flag = await kubectlR2k8s(['template', '--sorce', 'x'])
    expect(flag).toMatchObject({
      exit: 1,
      stderr:
        "error: cannot understand the command line: unknown option '--sorce' [usage]\nhint: did you mean --source?\n",
    })
    const command = await kubectlR2k8s(['templte'])
    expect(command.stderr).toContain('did you mean template?')
  })

  test('a reference in a place that is no pod spec is left alone', async () => {
    const cwd = directoryWith({})
    const stdin = 'kind: Thing\nspec:\n  image: ./x.formula\n  containers: none\n'
    const { exit, stdout } = await kubectlR2k8s(['template'], { cwd, stdin })
    expect([exit, stdout]).toEqual([0, stdin])
  })

  test('100 MB of other documents take neither long nor much', async () => {
    const stdin = Buffer.alloc(100 * 1024 * 1024, `${service}---\n`)
    const { exit } = await kubectlR2k8s(['template'], { cwd: '/', stdin })
    expect(exit).toBe(0)
  })
})
