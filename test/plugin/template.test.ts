import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { directoryWith, kubectlR2k8s } from './cli.ts'

const busybash = 'tar:6q7G4hWr283FpTa5Lf8heVqw9t97b5VoMU6AGszuBYAz9EzQdeHVFAou7c4W9vFcQ6'
const formula = `{"formula": {"inputs": {"/": "${busybash}"}, "action": {"exec": ["/bin/true"]}},
 "context": {"fetchUrls": {"/": ["ca+https://wares.example/"]}}}
`
const manifest = (image: string) => `apiVersion: v1
kind: Pod
metadata:
  name: web # kept
spec:
  containers:
  - name: web
    image: ${image}
`
const service = 'apiVersion: v1\nkind: Service\nmetadata: {name:   odd}\n'

describe('template', () => {
  test('rewrites the containers of formulas and keeps all else byte for byte', async () => {
    const cwd = directoryWith({
      'web.formula': formula,
      'web.yaml': `${manifest('./web.formula')}---\n${service}`,
    })
    const { exit, stdout, stderr } = await kubectlR2k8s(['template', 'web.yaml'], { cwd })
    expect(exit).toBe(0)
    expect(stdout).toContain('name: web # kept\n')
    expect(stdout).toContain('image: registry.k8s.io/pause')
    expect(stdout.endsWith(`---\n${service}`)).toBe(true)
    expect(stderr).toMatch(/^warning: web\.yaml:7:5: no index of tar:/)
  })

  test('gives a manifest without references back as it is', async () => {
    const bytes = Buffer.from('\ufeff# only\r\nkind: {a: 1}\r\n--- \r\n', 'utf8')
    const cwd = directoryWith({ 'a.yaml': bytes })
    const { stdout } = await kubectlR2k8s(['template', 'a.yaml'], { cwd })
    expect(stdout).toBe(bytes.toString())
  })

  test('finds formulas beside the manifest, and beside the user when it reads stdin', async () => {
    const cwd = directoryWith({
      'deploy/web.formula': formula,
      'deploy/web.yaml': manifest('./web.formula'),
    })
    expect((await kubectlR2k8s(['template', 'deploy/web.yaml'], { cwd })).exit).toBe(0)
    const stdin = manifest('./deploy/web.formula')
    expect((await kubectlR2k8s(['template'], { cwd, stdin })).exit).toBe(0)
    expect((await kubectlR2k8s(['template', '-'], { cwd, stdin })).exit).toBe(0)
    expect((await kubectlR2k8s(['template', '-f', '-'], { cwd, stdin })).exit).toBe(0)
  })

  test('still is what the original was called for: r2k8s in.yaml > out.yaml', async () => {
    const cwd = directoryWith({
      'web.formula': formula,
      'in.yaml': manifest('./web.formula'),
    })
    const { exit, stdout } = await kubectlR2k8s(['in.yaml'], { cwd })
    expect([exit, stdout.includes('r2k8s-fetch')]).toEqual([0, true])
  })

  test('puts several files into one stream', async () => {
    const cwd = directoryWith({
      'a.yaml': 'a: 1',
      'b.yaml': '---\nb: 1\n',
      'c.yaml': '\ufeffc: 1\n',
      'd.yaml': '# d\n%YAML 1.1\n---\nd: 1\n',
      'empty.yaml': '',
    })
    const { stdout } = await kubectlR2k8s(
      ['template', 'a.yaml', 'b.yaml', 'empty.yaml', 'c.yaml', 'd.yaml'],
      { cwd },
    )
    expect(stdout).toBe('a: 1\n---\nb: 1\n---\nc: 1\n...\n# d\n%YAML 1.1\n---\nd: 1\n')
  })

  test('reads a directory, and those below it with -R', async () => {
    const cwd = directoryWith({
      'd/b.yml': 'b: 1\n',
      'd/a.json': '{"a": 1}\n',
      'd/sub/c.yaml': 'c: 1\n',
      'd/notes.txt': 'x',
    })
    expect((await kubectlR2k8s(['template', '-f', 'd'], { cwd })).stdout).toBe(
      '{"a": 1}\n---\nb: 1\n',
    )
    expect((await kubectlR2k8s(['template', '-f', 'd', '-R'], { cwd })).stdout).toBe(
      '{"a": 1}\n---\nb: 1\n---\nc: 1\n',
    )
  })

  test('resolves references to Formula objects that stand in the stream', async () => {
    const id = 'AteQchZcX1WATj4rnwsmDf4Gqhe6To4CWLj4j8Ghdjd3Ab4DJ7Abk2tuBfG96jruT'
    const source = formula.replace('"/bin/true"', '"/bin/echo", "hello world!"')
    const object = {
      apiVersion: 'r2k8s.io/v1alpha1',
      kind: 'Formula',
      metadata: { name: 'web' },
      spec: { id, dialect: 'timeless', source, wares: {} },
    }
    const stdin = `${manifest('repeatr:0/web')}---\n${JSON.stringify(object)}\n`
    const { exit, stdout, stderr } = await kubectlR2k8s(['template'], { cwd: '/', stdin })
    expect([exit, stderr.includes('error')]).toEqual([0, false])
    expect(stdout).toContain(`formula.r2k8s.io/web: repeatr:0/web ${id}`)
  })

  test('takes settings from a file, and flags before them', async () => {
    const cwd = directoryWith({
      'web.formula': formula,
      'web.yaml': manifest('./web.formula'),
      's.yaml': 'agentImage: agent:file\nbaseImage: base:file\n',
    })
    const args = [
      'template',
      'web.yaml',
      '--settings',
      's.yaml',
      '--base-image',
      'base:flag',
    ]
    const { stdout } = await kubectlR2k8s([...args, '--ownership', 'keep'], { cwd })
    expect(stdout).toContain('image: agent:file')
    expect(stdout).toContain('image: base:flag')
    expect(stdout).toContain('runAsUser: 0')
  })

  test('asks the warehouses of --source before those of the formula', async () => {
    const cwd = directoryWith({
      'web.formula': formula,
      'web.yaml': manifest('./web.formula'),
    })
    const args = [
      'template',
      'web.yaml',
      '--source',
      'https://a.example/x',
      '--source',
      'oci://b.example/c',
    ]
    const { stdout } = await kubectlR2k8s(args, { cwd })
    expect(stdout).toContain(
      '"from":["https://a.example/x","oci://b.example/c","ca+https://wares.example/"]',
    )
  })

  test('reports as a table or as JSON lines on stderr', async () => {
    const cwd = directoryWith({
      'web.formula': formula,
      'web.yaml': manifest('./web.formula'),
    })
    const table = await kubectlR2k8s(['template', '--report', 'web.yaml'], { cwd })
    expect(table.stderr).toContain('web.yaml:7:5  web        rewritten  ./web.formula')
    const json = await kubectlR2k8s(['template', 'web.yaml', '--report=json'], { cwd })
    const line = json.stderr.split('\n').find((each) => each.startsWith('{'))
    expect(JSON.parse(line ?? '')).toMatchObject({
      where: 'web.yaml:7:5',
      kind: 'rewritten',
      container: 'web',
    })
    expect(json.stdout).toBe(table.stdout)
  })

  test('warns once for all containers that it concerns', async () => {
    const pods = [1, 2, 3].map(() => manifest('./web.formula')).join('---\n')
    const cwd = directoryWith({ 'web.formula': formula })
    const { stderr } = await kubectlR2k8s(['template'], { cwd, stdin: pods })
    expect(stderr.split('\n').filter(Boolean)).toEqual([
      expect.stringMatching(/^warning: <stdin>:7:5 \(and 2 more\): no index/),
    ])
  })
})

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
    expect(exit).toBe(61)
    expect(stderr).toContain('"d" is a directory')
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
        'error: cannot read the settings at s.yaml:2:12: the settings have no member "agentImge"; did you mean "agentImage"? [settings-invalid]',
      ],
    })
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
        "error: cannot understand the command line: unknown option '--sorce' [usage]\nhint: Did you mean --source?\n",
    })
    const command = await kubectlR2k8s(['templte'])
    expect(command.stderr).toContain('Did you mean template?')
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

describe('words on stderr', () => {
  test('are coloured on a terminal, unless NO_COLOR says otherwise', async () => {
    const args = ['template', 'no.yaml']
    const colored = await kubectlR2k8s(args, { terminal: true })
    expect(colored.stderr).toContain('\u001b[31merror:\u001b[39m')
    const plain = await kubectlR2k8s(args, { terminal: true, env: { NO_COLOR: '1' } })
    expect(plain.stderr).not.toContain('\u001b')
    const asked = await kubectlR2k8s([...args, '--color', 'always'])
    expect(asked.stderr).toContain('\u001b')
  })
})
