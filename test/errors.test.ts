import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeProblem, exitCodes, quote, R2k8sError } from '../src/errors.ts'

test('docs/errors.md lists every code with its exit code, and no other', () => {
  const text = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^\| (\d+) \| `([a-z-]+)` \|/gm)]
  expect(
    Object.fromEntries(documented.map(([, exit, code]) => [code, Number(exit)])),
  ).toEqual(exitCodes)
})

test('a problem is one line, whatever the input held', () => {
  const line = describeProblem({
    code: 'manifest-invalid',
    task: 'read the manifest',
    where: 'a\nb.yaml:1:1',
    why: 'it holds \u001b[31mred\u202e',
  })
  expect(line).toBe(
    'cannot read the manifest at a\\u000ab.yaml:1:1: it holds \\u001b[31mred\\u202e',
  )
})

test('a quoted value is cut when it is long', () => {
  expect(quote('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`)
})

test('an error has the code of its first problem', () => {
  const error = new R2k8sError([
    { code: 'formula-invalid', task: 'a', why: 'b' },
    { code: 'manifest-invalid', task: 'c', why: 'd' },
  ])
  expect(error.code).toBe('formula-invalid')
  expect(error.message).toBe('cannot a: b; cannot c: d')
})
