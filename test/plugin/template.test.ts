import { describe, expect, test } from 'vitest'
import { identifyFormula } from '../../src/formula/read-formula.ts'
import { readYamlText } from '../../src/manifest/read-yaml-text.ts'
import { directoryWith, kubectlR2k8s } from './cli.ts'
import { formula, manifest, service } from './samples.ts'

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

  test('does not take a file for a subcommand', async () => {
    const cwd = directoryWith({ template: 'evil: 1\n', 'a.yaml': 'a: 1\n' })
    expect((await kubectlR2k8s(['template', 'a.yaml'], { cwd })).stdout).toBe('a: 1\n')
  })

  test('tells Formulas of one name apart by namespace or pinned ID', async () => {
    const object = (namespace: string, exec: string) => {
      const source = formula.replace('/bin/true', exec)
      const read = identifyFormula(source, 'x', readYamlText)
      const id = 'problems' in read ? '' : read.id
      const spec = { id, dialect: 'timeless', source, wares: {} }
      const metadata = { name: 'web', namespace }
      const text = JSON.stringify({
        apiVersion: 'r2k8s.io/v1alpha1',
        kind: 'Formula',
        metadata,
        spec,
      })
      return { id, text }
    }
    const [a, b] = [object('a', '/bin/a'), object('b', '/bin/b')]
    const stream = (image: string) => `${manifest(image)}---\n${a.text}\n---\n${b.text}\n`
    const open = await kubectlR2k8s(['template'], { stdin: stream('repeatr:0/web') })
    expect(open.exit).toBe(61)
    expect(open.stderr).toContain('stand in several namespaces: "a", "b"')
    const pinned = await kubectlR2k8s(['template'], {
      stdin: stream(`repeatr:0/web:${b.id}`),
    })
    expect(pinned.stdout).toContain('command: [/bin/b]')
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

describe('what is easily got wrong', () => {
  test('a path without "./" is left alone with a warning', async () => {
    const cwd = directoryWith({ 'web.formula': formula })
    const { exit, stderr } = await kubectlR2k8s(['template'], {
      cwd,
      stdin: manifest('web.formula'),
    })
    expect(exit).toBe(0)
    expect(stderr).toBe(
      'warning: <stdin>:7:5: the image is no formula reference: a path starts with "./", a name with "repeatr:0/"\n',
    )
  })

  test('an annotation of the workload instead of its pod template gets a warning', async () => {
    const cwd = directoryWith({ 'web.formula': formula })
    const stdin = `kind: Deployment
metadata:
  annotations: {r2k8s.io/ownership: keep}
spec:
  template:
    spec:
      containers: [{name: web, image: ./web.formula}]
`
    const { stderr } = await kubectlR2k8s(['template'], { cwd, stdin })
    expect(stderr).toContain(
      '"r2k8s.io/ownership" counts only in the metadata of the pod template',
    )
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
