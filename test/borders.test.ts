import { Linter } from 'eslint'
import { describe, expect, test } from 'vitest'
import { borders } from '../tools/eslint-borders.js'

function complaints(file: string, code: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    plugins: { r2k8s: { rules: { borders } } },
    rules: { 'r2k8s/borders': 'error' },
  }
  const linter = new Linter({ cwd: '/project' })
  return linter.verify(code, [config], `/project/src/${file}`).map((each) => each.message)
}

describe('the border lets through', () => {
  test.each([
    ['mutate/a.ts', "import '../formula/b.ts'"],
    ['formula/a.ts', "import 'node:crypto'"],
    ['manifest/a.ts', "import 'yaml'"],
    ['settings/a.ts', "import '../manifest/b.ts'"],
    ['plugin/template/a.ts', "import '../../manifest/b.ts'"],
    ['plugin/a.ts', "import 'node:fs'"],
    ['plugin/a.ts', "import '../workspace/b.ts'"],
    ['plot/a.ts', "import '../formula/b.ts'"],
    ['workspace/a.ts', "import '../plot/b.ts'"],
    ['workspace/a.ts', "import 'node:fs'"],
    ['ware/a.ts', "import '../json.ts'"],
  ])('%s: %s', (file, code) => {
    expect(complaints(file, code)).toEqual([])
  })
})

describe('the border holds back', () => {
  test.each([
    ['ware/a.ts', "import '../formula/b.ts'"],
    ['formula/a.ts', "import '../plot/b.ts'"],
    ['plot/a.ts', "import '../mutate/b.ts'"],
    ['plot/a.ts', "import 'node:fs'"],
    ['workspace/a.ts', "import '../git/b.ts'"],
    ['mutate/a.ts', "import '../plugin/b.ts'"],
    ['mutate/a.ts', "export * from '../manifest/b.ts'"],
    ['mutate/a.ts', "await import('../plugin/b.ts')"],
    ['mutate/a.ts', "await import('node:fs')"],
    ['mutate/a.ts', "import 'fs'"],
    ['mutate/a.ts', "import 'yaml'"],
    ['errors.ts', "import './plugin/run.ts'"],
    ['errors.ts', "import 'node:fs'"],
    ['manifest/a.ts', "import '../settings/b.ts'"],
    ['manifest/a.ts', "import 'node:fs'"],
    ['plugin/a.ts', "import '../webhook/b.ts'"],
    ['plugin/a.ts', "import 'fastify'"],
    ['webhook/a.ts', "import 'undici'"],
    ['newroom/a.ts', "import '../json.ts'"],
  ])('%s: %s', (file, code) => {
    expect(complaints(file, code)).toHaveLength(1)
  })
})
