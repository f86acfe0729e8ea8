import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { findTarget } from '../../../src/plugin/plots/find-target.ts'
import { quietIo } from '../cli.ts'

const made: string[] = []
afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true })
})

const module = '{"module.v1": {"name": "foo.org/x"}}'
const plot = '\n{ "plot.v1": {"inputs": {}, "steps": {}, "outputs": {}} }'

function find(argument: string, files: Readonly<Record<string, string>> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'r2k8s-target-'))
  made.push(cwd)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(cwd, dirname(name)), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return Promise.resolve().then(() => findTarget(argument, { ...quietIo(), cwd }))
}

test.each([
  ['stdin', '-', {}],
  ['a formula', 'a.formula', { 'a.formula': '{"formula": {}}' }],
  ['YAML', 'a.yaml', { 'a.yaml': 'inputs: {}' }],
  ['what is not there, for its reader to say so', 'nowhere', {}],
])('%s is taken for a formula', async (_, argument, files) => {
  expect(await find(argument, files)).toEqual({ kind: 'formula' })
})

test.each([
  ['a plot alone', 'x/any.json', { 'x/any.json': plot }, ['x/any.json', undefined]],
  [
    'a plot beside a module',
    'x/plot.wf',
    { 'x/plot.wf': plot, 'x/module.wf': module },
    ['x/plot.wf', 'x/module.wf'],
  ],
  [
    'a module file',
    'x/module.wf',
    { 'x/module.wf': module },
    ['x/plot.wf', 'x/module.wf'],
  ],
  [
    'a directory of a module',
    'x',
    { 'x/module.wf': module },
    ['x/plot.wf', 'x/module.wf'],
  ],
  ['a directory of a plot', './x/', { 'x/plot.wf': plot }, ['x/plot.wf', undefined]],
] as const)('%s is a plot', async (_, argument, files, [file, named]) => {
  const found = await find(argument, files)
  expect(found).toEqual({ kind: 'plots', plots: [{ file, module: named }] })
})

test('all modules below a directory are found in bytewise order, but for hidden ones', async () => {
  const names = [
    'b/module.wf',
    'a/deep/module.wf',
    'a/module.wf',
    '.git/module.wf',
    'B/module.wf',
  ]
  const files = Object.fromEntries(names.map((name) => [`top/${name}`, module]))
  const found = await find('top/...', files)
  expect(found).toMatchObject({
    plots: ['top/B', 'top/a', 'top/a/deep', 'top/b'].map((directory) => ({
      file: `${directory}/plot.wf`,
    })),
  })
  expect(await find('./...')).toEqual({ kind: 'plots', plots: [] })
})

test('a directory without either is refused, with the way to run all below it', async () => {
  await expect(find('x', { 'x/file': '' })).rejects.toMatchObject({
    code: 'usage',
    problems: [{ hints: [expect.stringContaining('x/...')] }],
  })
})

test('modules below what is no directory are not looked for', async () => {
  await expect(find('nowhere/...')).rejects.toMatchObject({ code: 'formula-not-found' })
})
